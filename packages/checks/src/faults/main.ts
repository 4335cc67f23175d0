import { writeFile } from 'node:fs/promises';
import { UsageError } from '@attrai/contracts/command-line';
import { readOptions, wholeNumber } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { runCommand } from '../harness/command/run-command.ts';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { describeMachine } from '../harness/machine.ts';
import { FAULTS } from './faults/catalogue.ts';
import { type LanesOptions, runLanes } from './lanes.ts';
import type { Row } from './row.ts';
import { LEGEND, table, verdict } from './table.ts';

const USAGE = `Breaks one thing at a time while photos are in work, and counts whether any was lost or answered twice.

  pnpm test:faults [--photos N] [--users N] [--only TEXT] [--lanes N] [--logs DIR] [--out FILE]

  --photos N   photos sent while one fault is tried, besides bursts (default 300)
  --users N    by so many users (default 30)
  --only TEXT  only faults whose name has this in it
  --lanes N    suites side by side (default 1)
  --logs DIR   keep the logs of the services there
  --out FILE   write the table there, too, as Markdown

The faults:
${FAULTS.map(({ name }) => `  ${name}\n`).join('')}`;

await runCommand(async () => {
  const { values } = readOptions(USAGE, {
    options: {
      photos: { type: 'string', default: '300' },
      users: { type: 'string', default: '30' },
      only: { type: 'string', default: '' },
      lanes: { type: 'string', default: '1' },
      logs: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const amounts = {
    photos: wholeNumber(USAGE, '--photos', values.photos),
    users: wholeNumber(USAGE, '--users', values.users),
    lanes: wholeNumber(USAGE, '--lanes', values.lanes),
  };
  const faults = FAULTS.filter(({ name }) => name.includes(values.only));
  if (faults.length === 0) throw new UsageError(`No fault has "${values.only}" in its name.`, USAGE);

  const progress = new ProgressLine();
  const rows = await untilInterrupted((opened) =>
    runLanes({
      ...amounts,
      faults,
      rate: 8,
      outageMs: 15_000,
      quietWithinMs: 180_000,
      logDir: values.logs,
      onProgress: (lane, step, detail) => progress.show(amounts.lanes > 1 ? `${lane}: ${step}` : step, detail),
      onRow(row) {
        // An interrupted fault gives no verdict.
        if (opened.disposed) return;
        progress.clear();
        process.stderr.write(`${row.fault}: ${verdict(row)} (${row.seconds} s)\n`);
        for (const line of row.details) process.stderr.write(`    ${line}\n`);
      },
      opened,
    }),
  );
  progress.clear();
  process.stdout.write(`\n${table(rows)}\n${LEGEND}`);
  if (values.out !== undefined) await writeReport(values.out, rows, amounts);
  return rows.some(({ problems }) => problems.length > 0) ? 1 : 0;
});

async function writeReport(
  file: string,
  rows: Row[],
  { photos, users, lanes }: Pick<LanesOptions, 'photos' | 'users' | 'lanes'>,
): Promise<void> {
  const command = `pnpm test:faults --photos ${photos} --users ${users} --lanes ${lanes}`;
  const machine = describeMachine().map((line) => `- ${line}`);
  const lines = ['# One thing broken at a time', '', `\`${command}\` on`, '', ...machine, ''];
  await writeFile(file, `${lines.join('\n')}\n\`\`\`text\n${table(rows)}\n${LEGEND}\`\`\`\n`);
}
