import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { positiveNumber, readOptions, wholeNumber } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { runCommand } from '../harness/command/run-command.ts';
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

await runCommand(async () => {
  const { values } = readOptions(USAGE, {
    options: {
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '4' },
      users: { type: 'string', default: '30' },
      out: { type: 'string', default: 'docs/soak.svg' },
      logs: { type: 'string' },
    },
  });
  const amounts = {
    minutes: positiveNumber(USAGE, '--minutes', values.minutes),
    rate: positiveNumber(USAGE, '--rate', values.rate),
    users: wholeNumber(USAGE, '--users', values.users),
  };
  const progress = new ProgressLine();
  const { growths, problems, svg } = await untilInterrupted((opened) =>
    runSoak({ ...amounts, logDir: values.logs, machine: describeMachine(), onProgress: progress.show, opened }),
  );
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, svg);
  progress.clear();
  for (const growth of growths) process.stdout.write(`${growth.name.padEnd(14)}${describeGrowth(growth)}\n`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(`${problems.length === 0 ? 'Memory stays flat' : 'Not as it should be'}; see ${values.out}\n`);
  return problems.length === 0 ? 0 : 1;
});
