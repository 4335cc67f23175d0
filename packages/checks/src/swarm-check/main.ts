import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  allHealthy,
  brokenUpdate,
  nodeLost,
  photosAnswered,
  rollingUpdate,
  scalesItself,
  stateRestarted,
  throughput,
} from './checks.ts';
import { docker } from './docker.ts';
import { checkLimits } from './limits.ts';
import { connectUsers } from './load.ts';
import { startReport } from './report.ts';
import { checkSecrets } from './secrets.ts';
import { prepareStack, type Stack } from './stack.ts';
import { openTunnel } from './tunnel.ts';

const USAGE = `Usage: pnpm swarm:check [options]
Tries docker-stack.yml on the swarm that DOCKER_HOST leads to (a manager), as a stack of its own, with the sandbox in
Telegram's place and without Graylog, and removes it. Variables of .env.example apply, such as RABBITMQ_IMAGE.
  --build               build the images first, on the node of DOCKER_HOST; several nodes need to get them by a registry
  --name NAME           name of the stack (attrai-check)
  --photos N            photos in the first check (100)
  --autoscaler          try the autoscaler, too; DOCKER_SOCKET is the manager's socket on its own node
  --lose-node CMD       shell command that takes the node $NODE from the swarm at once, and
  --give-node-back CMD  the one that gives it back: both are needed to try the loss of a node
`;

const { values } = parseArgs({
  options: {
    build: { type: 'boolean', default: false },
    name: { type: 'string', default: 'attrai-check' },
    photos: { type: 'string', default: '100' },
    autoscaler: { type: 'boolean', default: false },
    'lose-node': { type: 'string' },
    'give-node-back': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const SERVICES = ['bot', 'estimator', 'rabbitmq', 'redis', 'sandbox'];
const ESTIMATORS = [1, 2, 6];
const PHOTOS_FOR_THROUGHPUT = 60;

if (values.help) {
  process.stdout.write(USAGE);
} else {
  try {
    process.exitCode = (await checkAll()) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

async function checkAll(): Promise<boolean> {
  const report = startReport();
  const tunnel = await openTunnel();
  const stack = await prepareStack({ name: values.name, port: tunnel.port, env: {} });
  const before = await stack.left();
  if (before.length > 0)
    throw new Error(`There is a stack ${values.name} already (${before.join(', ')}). Choose another --name.`);

  const interrupted = () => {
    process.stderr.write('Interrupted: removing the stack\n');
    void stack.remove().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    if (values.build) await report.check('images are built', buildImages);
    await stack.deploy();
    await report.check('all services become healthy', () => allHealthy(stack));
    const [sandbox] = await stack.containers('sandbox');
    if (sandbox !== undefined) {
      tunnel.leadTo(sandbox);
      await checkUnderLoad(stack, report, `http://127.0.0.1:${tunnel.port}`);
    }
    await report.check('limits are in force', () => checkLimits(stack, SERVICES));
    await report.check('no secret in docker inspect, environments or logs', () => checkSecrets(stack, SERVICES));
  } finally {
    await tunnel.close();
    await report.check('the stack is removed with nothing left', async () => {
      await stack.remove();
      const left = await stack.left();
      return { passed: left.length === 0, figures: left.length === 0 ? 'nothing left' : `left: ${left.join(', ')}` };
    });
  }
  return report.end();
}

async function checkUnderLoad(stack: Stack, report: ReturnType<typeof startReport>, url: string): Promise<void> {
  const photos = await connectUsers(url);
  const count = Number(values.photos);
  await report.check(`${count} photos are answered`, () => photosAnswered(photos, count));
  for (const estimators of ESTIMATORS) {
    await report.check(`throughput with ${estimators} estimator(s)`, () =>
      throughput(stack, photos, estimators, PHOTOS_FOR_THROUGHPUT),
    );
  }
  await stack.scale(stack.nodes.length > 1 ? stack.nodes.length + 1 : 2);
  await report.check('rolling update and rollback under load', () => rollingUpdate(stack, photos));
  await report.check('a broken version is rolled back by itself, under load', () => brokenUpdate(stack, photos));
  await report.check('RabbitMQ and Redis restarted under load', () => stateRestarted(stack, photos));

  const [lose, giveBack] = [values['lose-node'], values['give-node-back']];
  const lost = "an estimator's node lost under load";
  if (stack.nodes.length < 2) report.skip(lost, 'the swarm has one node only');
  else if (!lose || !giveBack) report.skip(lost, 'needs --lose-node and --give-node-back');
  else await report.check(lost, () => nodeLost(stack, photos, { lose, giveBack }));

  const scaled = 'the autoscaler follows a burst and the silence after it';
  if (values.autoscaler) await report.check(scaled, () => scalesItself(stack, photos));
  else report.skip(scaled, 'needs --autoscaler');
}

async function buildImages() {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const images: [string, string][] = [
    ['Dockerfile.bot', process.env.BOT_IMAGE || 'attrai-bot:1'],
    ['Dockerfile.estimator', process.env.ESTIMATOR_IMAGE || 'attrai-estimator:1'],
    ['packages/checks/src/swarm-check/Dockerfile.sandbox', process.env.SANDBOX_IMAGE || 'attrai-sandbox:1'],
    ['Dockerfile.autoscaler', process.env.AUTOSCALER_IMAGE || 'attrai-autoscaler:1'],
  ];
  const sizes: string[] = [];
  for (const [file, tag] of images) {
    await docker(['build', '-f', `${root}${file}`, '-t', tag, root], { env: { DOCKER_BUILDKIT: '1' } });
    const bytes = Number(await docker(['image', 'inspect', tag, '-f', '{{.Size}}']));
    sizes.push(`${tag} ${Math.round(bytes / 1e6)} MB`);
  }
  return { passed: true, figures: sizes.join(', ') };
}
