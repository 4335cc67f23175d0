import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { whenAnswered } from '../harness/answers/when-answered.ts';
import type { Crowd } from '../harness/load/crowd.ts';
import { within } from '../harness/within.ts';
import { docker } from './docker.ts';
import type { Photos } from './photos.ts';
import type { Outcome } from './report.ts';
import type { Stack } from './stack.ts';
import { judge, underLoad } from './under-load.ts';

const HEALTHY_WITHIN_MS = 300_000;
const ANSWERED_WITHIN_MS = 120_000;

export async function allHealthy(stack: Stack): Promise<Outcome> {
  const start = Date.now();
  await stack.untilHealthy(HEALTHY_WITHIN_MS);
  const seconds = Math.round((Date.now() - start) / 1000);
  return { passed: true, figures: `after ${seconds} s, on ${stack.nodes.length} node(s)` };
}

/** Users send five photos a second. */
export async function photosAnswered(photos: Photos, count: number): Promise<Outcome> {
  const start = Date.now();
  const counted = await whenAnswered(await photos.send(count, 5), ANSWERED_WITHIN_MS);
  return judge([counted], `in ${Math.round((Date.now() - start) / 1000)} s`);
}

/** Users send `count` photos at once. If all nodes are one machine, its cores limit the speed. */
export async function throughput(stack: Stack, photos: Photos, estimators: number, count: number): Promise<Outcome> {
  await stack.scale(estimators);
  const start = Date.now();
  const counted = await whenAnswered(await photos.burst(count), HEALTHY_WITHIN_MS);
  const seconds = (Date.now() - start) / 1000;
  const nodes = new Set((await stack.tasks('estimator')).map(({ node }) => node)).size;
  return judge([counted], `in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} a second, on ${nodes} node(s)`);
}

/**
 * Updates bot and estimators under load, and rolls back. For Swarm, any change is a new version. The bot is updated first and
 * rolled back last, because an older bot may not understand a newer estimator.
 */
export async function rollingUpdate(stack: Stack, photos: Photos): Promise<Outcome> {
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

/** Updates the estimators, under load, to a version that can't start. Swarm must roll back by itself. */
export async function brokenUpdate(stack: Stack, photos: Photos): Promise<Outcome> {
  const service = stack.service('estimator');
  const state = () => docker(['service', 'inspect', service, '-f', '{{.UpdateStatus.State}}']);
  const outcome = await underLoad(photos, async () => {
    await docker(['service', 'update', '--detach', '--env-add', 'MODELS_DIR=/nowhere', service]);
    await within(HEALTHY_WITHIN_MS, async () => (await state()) === 'rollback_completed', 1_000);
  });
  const ended = await state();
  return { passed: outcome.passed && ended === 'rollback_completed', figures: `${ended}; ${outcome.figures}` };
}

/** Restarts RabbitMQ and Redis under load. If Redis is away for long, users may be asked to send photos again. */
export async function stateRestarted(stack: Stack, photos: Photos): Promise<Outcome> {
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

/** Adds the autoscaler, and watches the number of estimators during and after a burst of photos. */
export async function scalesItself(stack: Stack, photos: Photos): Promise<Outcome> {
  await stack.deploy(['deploy/stack/autoscaler.yml'], {
    ESTIMATOR_REPLICAS: String(FEWEST),
    MIN_ESTIMATORS: String(FEWEST),
    MAX_ESTIMATORS: String(MOST),
    TARGET_WAIT_SECONDS: '5',
    LOOK_SECONDS: '2',
    CALM_SECONDS: '20',
  });
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
    figures: `${seen.join(' > ')} estimators during and after a burst of ${BURST} photos; ${verdict.figures}`,
  };
}

export interface NodeCommands {
  /** Shell commands that remove the node with the host name $NODE from the swarm at once, and give it back. */
  lose: string;
  giveBack: string;
}

/** Photos at once: enough that every estimator has one in flight. */
const IN_HAND = 40;

/** Removes a node with an estimator under load, waits until Swarm has replaced its tasks, and gives the node back. */
export async function nodeLost(stack: Stack, photos: Photos, commands: NodeCommands): Promise<Outcome> {
  const elsewhere = (await stack.tasks('estimator')).find(({ node }) => node !== stack.here);
  const node = stack.nodes.find(({ id }) => id === elsewhere?.node);
  if (!node) throw new Error('No estimator runs on another node than RabbitMQ and Redis');
  const state = () => docker(['node', 'inspect', node.id, '-f', '{{.Status.State}}']);
  // `docker service ls` may count tasks of the lost node as running.
  const isReplaced = async () =>
    (await stack.tasks('estimator')).every((task) => task.running && task.node !== node.id);
  let inHand: Crowd | undefined;
  const outcome = await underLoad(photos, async () => {
    inHand = await photos.burst(IN_HAND);
    await shell(commands.lose, node.hostname);
    await within(HEALTHY_WITHIN_MS, async () => (await state()) === 'down' && (await isReplaced()));
  });
  const burst = judge([await whenAnswered(inHand!, HEALTHY_WITHIN_MS)], 'that were in work or waiting');
  await shell(commands.giveBack, node.hostname);
  await within(HEALTHY_WITHIN_MS, async () => (await state()) === 'ready');
  const figures = `${node.hostname} lost; ${burst.figures}; ${outcome.figures}`;
  return { passed: outcome.passed && burst.passed, figures };
}

async function shell(command: string, node: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { env: { ...process.env, NODE: node }, stdio: ['ignore', 2, 2] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`"${command}" ended with ${code}`);
}
