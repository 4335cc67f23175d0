import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { describeMachine } from '../harness/machine.ts';
import { describeGrowth } from './draw.ts';
import { runSoak } from './run-soak.ts';

const USAGE = `Sends photos at a steady pace and watches whether the memory of any process grows.

  pnpm test:soak [--minutes N] [--rate N] [--users N] [--out FILE] [--logs DIR]

  --minutes N  how long photos are sent (default 10)
  --rate N     photos a second, of all users (default 4)
  --users N    so many users take turns (default 30)
  --out FILE   the picture (default docs/soak.svg)
  --logs DIR   keep the logs of the services there
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '4' },
    users: { type: 'string', default: '30' },
    out: { type: 'string', default: 'docs/soak.svg' },
    logs: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const positive = (text: string) => (Number(text) > 0 ? Number(text) : undefined);
const [minutes, rate, users] = [positive(values.minutes), positive(values.rate), positive(values.users)];
if (values.help || !minutes || !rate || !users || !Number.isInteger(users)) {
  process.stderr.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const onProgress = (line: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
};
const soaked = await untilInterrupted((opened) =>
  runSoak({ minutes, rate, users, logDir: values.logs, machine: describeMachine(), onProgress, opened }),
);
if (soaked === undefined) process.exit(130);
const { growths, problems, svg } = soaked;
await mkdir(dirname(values.out), { recursive: true });
await writeFile(values.out, svg);
onProgress('');
for (const growth of growths) process.stdout.write(`${growth.name.padEnd(14)}${describeGrowth(growth)}\n`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${problems.length === 0 ? 'Memory stays flat' : 'Not as it should be'}; see ${values.out}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
