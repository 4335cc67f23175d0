import { flag, readOptions, text, whole } from '../harness/command/options.ts';
import { runCommand } from '../harness/command/run-command.ts';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { buildImages } from './build-images.ts';
import {
  allHealthy,
  brokenUpdate,
  type NodeCommands,
  nodeLost,
  photosAnswered,
  rollingUpdate,
  scalesItself,
  stateRestarted,
  throughput,
} from './checks.ts';
import { checkLimits } from './limits.ts';
import { Photos } from './photos.ts';
import { Report } from './report.ts';
import { checkSecrets } from './secrets.ts';
import { Stack } from './stack.ts';
import { Tunnel } from './tunnel.ts';

const USAGE = `Usage: pnpm swarm:check [options]
Tries docker-stack.yml on the swarm of DOCKER_HOST (a manager) as a separate stack, with the sandbox in Telegram's place and
without Graylog. Removes the stack at the end. Variables of .env.example apply, such as RABBITMQ_IMAGE.
  --build               build the images first, on the node of DOCKER_HOST; other nodes need a registry to get them
  --name NAME           name of the stack (default attrai-check)
  --photos N            photos in the first check (default 100)
  --autoscaler          also try the autoscaler; DOCKER_SOCKET is the socket on the manager's own node
  --lose-node CMD       shell command that removes the node $NODE from the swarm at once
  --give-node-back CMD  shell command that gives it back; both are needed to try the loss of a node
`;

const SERVICES = ['bot', 'estimator', 'rabbitmq', 'redis', 'sandbox'];
const ESTIMATORS = [1, 2, 6];
const PHOTOS_FOR_THROUGHPUT = 60;

interface Wanted {
  build: boolean;
  name: string;
  photos: number;
  autoscaler: boolean;
  nodeCommands: NodeCommands | undefined;
}

await runCommand(async () => {
  const { values } = readOptions(USAGE, {
    build: flag,
    name: text('attrai-check'),
    photos: whole(100),
    autoscaler: flag,
    'lose-node': text(undefined),
    'give-node-back': text(undefined),
  });
  const { 'lose-node': lose, 'give-node-back': giveBack, ...wanted } = values;
  const nodeCommands = lose && giveBack ? { lose, giveBack } : undefined;
  return (await untilInterrupted((opened) => checkAll({ ...wanted, nodeCommands }, opened))) ? 0 : 1;
});

async function checkAll(wanted: Wanted, opened: AsyncDisposableStack): Promise<boolean> {
  const report = new Report();
  const tunnel = await Tunnel.open();
  opened.defer(() => tunnel.close());
  const stack = await Stack.prepare(wanted.name, tunnel.port);
  const before = await stack.left();
  if (before.length > 0) {
    throw new Error(`There is a stack ${wanted.name} already (${before.join(', ')}). Choose another --name.`);
  }
  opened.defer(() => stack.remove());

  try {
    if (wanted.build) await report.check('images are built', buildImages);
    await stack.deploy();
    await report.check('all services become healthy', () => allHealthy(stack));
    const [sandbox] = await stack.containers('sandbox');
    if (sandbox !== undefined) {
      tunnel.leadTo(sandbox);
      await checkUnderLoad(stack, report, await Photos.to(`http://127.0.0.1:${tunnel.port}`), wanted);
    }
    await report.check('limits are in force', () => checkLimits(stack, SERVICES));
    await report.check('no secret in docker inspect, environments or logs', () => checkSecrets(stack, SERVICES));
  } finally {
    await report.check('the stack is removed with nothing left', async () => {
      await tunnel.close();
      await stack.remove();
      const left = await stack.left();
      return { passed: left.length === 0, figures: left.length === 0 ? 'nothing left' : `left: ${left.join(', ')}` };
    });
  }
  return report.end();
}

async function checkUnderLoad(stack: Stack, report: Report, photos: Photos, wanted: Wanted): Promise<void> {
  await report.check(`${wanted.photos} photos are answered`, () => photosAnswered(photos, wanted.photos));
  for (const estimators of ESTIMATORS) {
    await report.check(`throughput with ${estimators} estimator(s)`, () =>
      throughput(stack, photos, estimators, PHOTOS_FOR_THROUGHPUT),
    );
  }
  await stack.scale(stack.nodes.length > 1 ? stack.nodes.length + 1 : 2);
  await report.check('rolling update and rollback under load', () => rollingUpdate(stack, photos));
  await report.check('a broken version is rolled back by itself, under load', () => brokenUpdate(stack, photos));
  await report.check('RabbitMQ and Redis restarted under load', () => stateRestarted(stack, photos));

  const { nodeCommands } = wanted;
  const lost = "an estimator's node lost under load";
  if (stack.nodes.length < 2) report.skip(lost, 'the swarm has one node only');
  else if (!nodeCommands) report.skip(lost, 'needs --lose-node and --give-node-back');
  else await report.check(lost, () => nodeLost(stack, photos, nodeCommands));

  const scaled = 'the autoscaler scales up for a burst of photos, and down after it';
  if (wanted.autoscaler) await report.check(scaled, () => scalesItself(stack, photos));
  else report.skip(scaled, 'needs --autoscaler');
}
