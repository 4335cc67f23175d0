import { writeFile } from 'node:fs/promises';
import { UsageError } from '@attrai/contracts/command-line';
import { readOptions, text, whole } from '../harness/command/options.ts';
import { ProgressLine } from '../harness/command/progress-line.ts';
import { runCommand } from '../harness/command/run-command.ts';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { describeMachine } from '../harness/machine.ts';
import { FAULTS } from './faults/catalogue.ts';
import { runLanes } from './lanes.ts';
import { LEGEND, table, verdict } from './table.ts';

const USAGE = `Breaks one thing at a time while photos are in work, and counts lost and repeated answers.

  pnpm test:faults [--photos N] [--users N] [--only TEXT] [--lanes N] [--logs DIR] [--out FILE]

  --photos N   photos sent for each fault, besides bursts (default 300)
  --users N    users who send them (default 30)
  --only TEXT  only faults with this text in their names
  --lanes N    suites that run side by side (default 1)
  --logs DIR   folder for the logs of the services
  --out FILE   also write the table to a Markdown file

The faults:
${FAULTS.map(({ name }) => `  ${name}\n`).join('')}`;

await runCommand(async () => {
  const { values } = readOptions(USAGE, {
    photos: whole(300),
    users: whole(30),
    only: text(''),
    lanes: whole(1),
    logs: text(undefined),
    out: text(undefined),
  });
  const { photos, users, only, lanes, logs: logDir, out } = values;
  const faults = FAULTS.filter(({ name }) => name.includes(only));
  if (faults.length === 0) throw new UsageError(`No fault has "${only}" in its name.`, USAGE);

  const progress = new ProgressLine();
  const rows = await untilInterrupted((opened) =>
    runLanes({
      faults,
      photos,
      users,
      lanes,
      rate: 8,
      outageMs: 15_000,
      quietWithinMs: 180_000,
      logDir,
      onProgress: (lane, step, detail) => progress.show(lanes > 1 ? `${lane}: ${step}` : step, detail),
      onRow(row) {
        // After an interruption the row means nothing.
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
  if (out !== undefined) {
    const command = `pnpm test:faults --photos ${photos} --users ${users} --lanes ${lanes}`;
    const machine = describeMachine().map((line) => `- ${line}`);
    const head = ['# One thing broken at a time', '', `\`${command}\` on`, '', ...machine, ''].join('\n');
    await writeFile(out, `${head}\n\`\`\`text\n${table(rows)}\n${LEGEND}\`\`\`\n`);
  }
  return rows.some(({ problems }) => problems.length > 0) ? 1 : 0;
});
