import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { positive, readOptions, text, whole } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { runCommand } from '../harness/command/run-command.ts';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { describeMachine } from '../harness/machine.ts';
import { describeGrowth } from './draw.ts';
import { runSoak } from './run-soak.ts';

const USAGE = `Sends photos at a steady rate and checks whether the memory of any process grows.

  pnpm test:soak [--minutes N] [--rate N] [--users N] [--out FILE] [--logs DIR]

  --minutes N  time in which photos are sent (default 10)
  --rate N     photos a second, of all users (default 4)
  --users N    users who send in turn (default 30)
  --out FILE   the picture (default docs/soak.svg)
  --logs DIR   folder for the logs of the services
`;

await runCommand(async () => {
  const { values } = readOptions(USAGE, {
    minutes: positive(10),
    rate: positive(4),
    users: whole(30),
    out: text('docs/soak.svg'),
    logs: text(undefined),
  });
  const { out, logs: logDir, ...amounts } = values;
  const progress = new ProgressLine();
  const { growths, problems, svg } = await untilInterrupted((opened) =>
    runSoak({ ...amounts, logDir, machine: describeMachine(), onProgress: progress.show, opened }),
  );
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, svg);
  progress.clear();
  for (const growth of growths) process.stdout.write(`${growth.name.padEnd(14)}${describeGrowth(growth)}\n`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(`${problems.length === 0 ? 'Memory stays flat' : 'There are problems'}; see ${out}\n`);
  return problems.length === 0 ? 0 : 1;
});
