import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { whenAnswered } from '../harness/answers/when-answered.ts';
import type { Crowd } from '../harness/load/crowd.ts';
import { within } from '../harness/within.ts';
import { docker } from './docker.ts';
import type { Photos } from './photos.ts';
import type { Finding } from './report.ts';
import type { Stack } from './stack.ts';
import { judge, underLoad } from './under-load.ts';

type Outcome = Promise<Omit<Finding, 'what'>>;

const HEALTHY_WITHIN_MS = 300_000;
const ANSWERED_WITHIN_MS = 120_000;

/** Waits until every service runs as many healthy tasks as it should. */
export async function allHealthy(stack: Stack): Outcome {
  const start = Date.now();
  await stack.untilHealthy(HEALTHY_WITHIN_MS);
  return {
    passed: true,
    figures: `after ${Math.round((Date.now() - start) / 1000)} s, on ${stack.nodes.length} node(s)`,
  };
}

/** Has `count` photos sent, five a second, and counts the answers. */
export async function photosAnswered(photos: Photos, count: number): Outcome {
  const start = Date.now();
  const counted = await whenAnswered(await photos.send(count, 5), ANSWERED_WITHIN_MS);
  return judge([counted], `in ${Math.round((Date.now() - start) / 1000)} s`);
}

/**
 * Tells how many photos a second come through with so many estimators, from `count` sent at once. Where all nodes are one
 * machine, that says how it scales only as far as the machine has processors.
 */
export async function throughput(stack: Stack, photos: Photos, estimators: number, count: number): Outcome {
  await stack.scale(estimators);
  const start = Date.now();
  const counted = await whenAnswered(await photos.burst(count), HEALTHY_WITHIN_MS);
  const seconds = (Date.now() - start) / 1000;
  const nodes = new Set((await stack.tasks('estimator')).map(({ node }) => node)).size;
  return judge([counted], `in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} a second, on ${nodes} node(s)`);
}

/**
 * Updates bot and estimators under load and takes that back; to Swarm, any change makes a new version. The bot is updated
 * first and goes back last, since a newer estimator's results may be more than an older bot can read.
 */
export async function rollingUpdate(stack: Stack, photos: Photos): Outcome {
  const botFirst = [stack.service('bot'), stack.service('estimator')];
  return await underLoad(photos, async () => {
    for (const service of botFirst) {
      await docker(['service', 'update', '--detach', '--env-add', 'CHECKED_UPDATE=1', service]);
      await stack.untilHealthy(HEALTHY_WITHIN_MS);
    }
    for (const service of botFirst.toReversed()) {
      await docker(['service', 'rollback', '--detach', service]);
      await stack.untilHealthy(HEALTHY_WITHIN_MS);
    }
  });
}

/** Updates the estimators, under load, to a version that can't start: Swarm must go back to the old one by itself. */
export async function brokenUpdate(stack: Stack, photos: Photos): Outcome {
  const service = stack.service('estimator');
  const state = () => docker(['service', 'inspect', service, '-f', '{{.UpdateStatus.State}}']);
  const outcome = await underLoad(photos, async () => {
    await docker(['service', 'update', '--detach', '--env-add', 'MODELS_DIR=/nowhere', service]);
    await within(HEALTHY_WITHIN_MS, async () => (await state()) === 'rollback_completed', 1_000);
  });
  const ended = await state();
  return {
    passed: outcome.passed && ended === 'rollback_completed',
    figures: `${ended}; ${outcome.figures}`,
  };
}

/** Restarts RabbitMQ and Redis under load. While Redis is away for more than seconds, users may be asked to send again. */
export async function stateRestarted(stack: Stack, photos: Photos): Outcome {
  const restart = async () => {
    for (const service of ['rabbitmq', 'redis']) {
      await docker(['service', 'update', '--detach', '--force', stack.service(service)]);
      await stack.untilHealthy(HEALTHY_WITHIN_MS);
    }
  };
  return await underLoad(photos, restart, { mayRefuse: true });
}

const FEWEST = 1;
const MOST = 4;
const BURST = 200;

/** Adds the autoscaler, and watches the number of estimators through a burst of photos and the silence after it. */
export async function scalesItself(stack: Stack, photos: Photos): Outcome {
  const env = {
    MIN_ESTIMATORS: FEWEST,
    MAX_ESTIMATORS: MOST,
    TARGET_WAIT_SECONDS: 5,
    LOOK_SECONDS: 2,
    CALM_SECONDS: 20,
  };
  const asText = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  await stack.deploy(['deploy/stack/autoscaler.yml'], { ...asText, ESTIMATOR_REPLICAS: String(FEWEST) });
  await stack.untilHealthy(HEALTHY_WITHIN_MS);
  const seen = [await stack.wanted('estimator')];
  let silent = false;
  const watching = within(HEALTHY_WITHIN_MS, async () => {
    const wanted = await stack.wanted('estimator');
    if (wanted !== seen.at(-1)) seen.push(wanted);
    return silent && wanted === FEWEST;
  });
  const counted = await whenAnswered(await photos.burst(BURST), HEALTHY_WITHIN_MS);
  silent = true;
  await watching;
  const verdict = judge([counted], '');
  return {
    passed: verdict.passed && Math.max(...seen) > FEWEST && seen.at(-1) === FEWEST && Math.min(...seen) >= FEWEST,
    figures: `${seen.join(' > ')} estimators for a burst of ${BURST} photos and the silence after it; ${verdict.figures}`,
  };
}

export interface NodeCommands {
  /** Shell commands that take the node NODE (its host name) from the swarm at once, and give it back. */
  lose: string;
  giveBack: string;
}

/** Enough that every estimator has one in flight. */
const IN_HAND = 40;

/** Takes a node with an estimator from the swarm, under load, waits until Swarm has replaced its tasks, and gives it back. */
export async function nodeLost(stack: Stack, photos: Photos, commands: NodeCommands): Outcome {
  const elsewhere = (await stack.tasks('estimator')).find(({ node }) => node !== stack.here);
  const node = stack.nodes.find(({ id }) => id === elsewhere?.node);
  if (!node) throw new Error('No estimator runs on another node than the state');
  const state = () => docker(['node', 'inspect', node.id, '-f', '{{.Status.State}}']);
  // Not by the counts of `docker service ls`, which may take what ran on the lost node for running.
  const isReplaced = async () =>
    (await stack.tasks('estimator')).every((task) => task.running && task.node !== node.id);
  let inHand: Crowd | undefined;
  const outcome = await underLoad(photos, async () => {
    inHand = await photos.burst(IN_HAND);
    await shell(commands.lose, node.hostname);
    await within(HEALTHY_WITHIN_MS, async () => (await state()) === 'down' && (await isReplaced()));
  });
  const burst = judge([await whenAnswered(inHand!, HEALTHY_WITHIN_MS)], 'that were in hand or waiting');
  await shell(commands.giveBack, node.hostname);
  await within(HEALTHY_WITHIN_MS, async () => (await state()) === 'ready');
  return {
    passed: outcome.passed && burst.passed,
    figures: `${node.hostname} lost; ${burst.figures}; ${outcome.figures}`,
  };
}

async function shell(command: string, node: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { env: { ...process.env, NODE: node }, stdio: ['ignore', 2, 2] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`"${command}" ended with ${code}`);
}
