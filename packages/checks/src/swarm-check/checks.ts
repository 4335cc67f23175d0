import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../harness/load/load.ts';
import { docker } from './docker.ts';
import type { Photos } from './load.ts';
import type { Finding } from './report.ts';
import type { Stack } from './stack.ts';
import { judge, underLoad } from './under-load.ts';

type Outcome = Promise<Omit<Finding, 'what'>>;

const HEALTHY_WITHIN_MS = 300_000;

export async function allHealthy(stack: Stack): Outcome {
  const start = Date.now();
  await stack.untilHealthy(HEALTHY_WITHIN_MS);
  return {
    passed: true,
    figures: `after ${Math.round((Date.now() - start) / 1000)} s, on ${stack.nodes.length} node(s)`,
  };
}

export async function photosAnswered(photos: Photos, count: number): Outcome {
  const start = Date.now();
  const counted = await photos.answered(photos.send(count, 5));
  return judge([counted], `in ${Math.round((Date.now() - start) / 1000)} s`);
}

/** Figures of a machine that computes all by itself say how it scales only as far as it has processors. */
export async function throughput(stack: Stack, photos: Photos, estimators: number, count: number): Outcome {
  await stack.scale(estimators);
  const start = Date.now();
  const counted = await photos.answered(await photos.burst(count), HEALTHY_WITHIN_MS);
  const seconds = (Date.now() - start) / 1000;
  const nodes = new Set((await stack.tasks('estimator')).map(({ node }) => node)).size;
  return judge([counted], `in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} a second, on ${nodes} node(s)`);
}

/**
 * A new version of both, then back to the old one: Swarm sees another version in any change. The bot is the first to be
 * updated and the last to go back, as a newer estimator's results may be more than an older bot can read.
 */
export async function rollingUpdate(stack: Stack, photos: Photos): Outcome {
  const botFirst = ['bot', 'estimator'].map(stack.service);
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

/** A version that can't start: Swarm must go back to the old one by itself. */
export async function brokenUpdate(stack: Stack, photos: Photos): Outcome {
  const service = stack.service('estimator');
  const state = () => docker(['service', 'inspect', service, '-f', '{{.UpdateStatus.State}}']);
  const outcome = await underLoad(photos, async () => {
    await docker(['service', 'update', '--detach', '--env-add', 'MODELS_DIR=/nowhere', service]);
    const end = Date.now() + HEALTHY_WITHIN_MS;
    while ((await state()) !== 'rollback_completed' && Date.now() < end) await sleep(1_000);
  });
  const ended = await state();
  return {
    passed: outcome.passed && ended === 'rollback_completed',
    figures: `${ended}; ${outcome.figures}`,
  };
}

/** While Redis is away for more than seconds, users are told to send their photo again. */
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

/** A burst, then silence, then another look at what became of the photos. */
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
  const end = Date.now() + HEALTHY_WITHIN_MS;
  const watching = (async () => {
    while (!(silent && seen.at(-1) === FEWEST) && Date.now() < end) {
      const wanted = await stack.wanted('estimator');
      if (wanted !== seen.at(-1)) seen.push(wanted);
      await sleep(500);
    }
  })();
  const counted = await photos.answered(await photos.burst(BURST), HEALTHY_WITHIN_MS);
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

const IN_HAND = 40;

export async function nodeLost(stack: Stack, photos: Photos, commands: NodeCommands): Outcome {
  const elsewhere = (await stack.tasks('estimator')).find(({ node }) => node !== stack.here);
  const node = stack.nodes.find(({ id }) => id === elsewhere?.node);
  if (!node) throw new Error('No estimator runs on another node than the state');
  const state = () => docker(['node', 'inspect', node.id, '-f', '{{.Status.State}}']);
  let inHand: Load | undefined;
  const outcome = await underLoad(photos, async () => {
    // So many that every estimator has one in hand.
    inHand = await photos.burst(IN_HAND);
    await shell(commands.lose, node.hostname);
    const end = Date.now() + HEALTHY_WITHIN_MS;
    while ((await state()) !== 'down' && Date.now() < end) await sleep(500);
    // Not by the counts of `docker service ls`, which may hold what ran on the lost node for running.
    const replaced = async () =>
      (await stack.tasks('estimator')).every((task) => task.running && task.node !== node.id);
    while (!(await replaced()) && Date.now() < end) await sleep(500);
  });
  const burst = judge([await photos.answered(inHand!, HEALTHY_WITHIN_MS)], 'that were in hand or waiting');
  await shell(commands.giveBack, node.hostname);
  const end = Date.now() + HEALTHY_WITHIN_MS;
  while ((await state()) !== 'ready' && Date.now() < end) await sleep(500);
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
