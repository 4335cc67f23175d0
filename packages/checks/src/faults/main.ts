import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { untilInterrupted } from '../harness/command/until-interrupted.ts';
import { describeMachine } from '../harness/machine.ts';
import { FAULTS } from './faults/catalogue.ts';
import { runLanes } from './lanes.ts';
import type { Row } from './run-fault.ts';
import { LEGEND, table, verdict } from './table.ts';

const USAGE = `Breaks one thing at a time while photos are in work, and counts whether any was lost or answered twice.

  pnpm test:faults [--photos N] [--users N] [--only TEXT] [--lanes N] [--logs DIR] [--out FILE]

  --photos N   photos sent while one fault is tried, besides bursts (default 300)
  --users N    by so many users (default 30)
  --only TEXT  only faults whose name has this in it
  --lanes N    suites side by side (default 1)
  --logs DIR   keep the logs of the services there
  --out FILE   write the table there, too, as Markdown
`;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '300' },
    users: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    lanes: { type: 'string', default: '1' },
    logs: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const whole = (text: string) => (/^[1-9]\d*$/.test(text) ? Number(text) : undefined);
const [photos, users, lanes] = [whole(values.photos), whole(values.users), whole(values.lanes)];
const faults = FAULTS.filter(({ name }) => name.includes(values.only));
if (values.help || !photos || !users || !lanes || faults.length === 0) {
  process.stderr.write(`${USAGE}\nThe faults:\n${FAULTS.map(({ name }) => `  ${name}\n`).join('')}`);
  process.exit(values.help ? 0 : 2);
}

const rows = await untilInterrupted((opened) =>
  runLanes({
    faults,
    lanes,
    photos,
    users,
    rate: 8,
    outageMs: 15_000,
    quietWithinMs: 180_000,
    logDir: values.logs,
    onProgress: (lane, line) => showProgress(lanes > 1 ? `${lane}: ${line}` : line),
    onRow: (row) => {
      // What an interruption did to a row is no verdict.
      if (opened.disposed) return;
      endProgress();
      process.stderr.write(`${row.fault}: ${verdict(row)} (${row.seconds} s)\n`);
      for (const line of row.details) process.stderr.write(`    ${line}\n`);
    },
    opened,
  }),
);
if (rows === undefined) process.exit(130);
endProgress();
process.stdout.write(`\n${table(rows)}\n${LEGEND}`);
if (values.out !== undefined) await writeReport(values.out, rows);
process.exitCode = rows.some(({ problems }) => problems.length > 0) ? 1 : 0;

/** On a terminal the line is written over by the next one. */
function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

async function writeReport(file: string, rows: Row[]): Promise<void> {
  const command = `pnpm test:faults --photos ${photos} --users ${users} --lanes ${lanes}`;
  const machine = describeMachine().map((line) => `- ${line}`);
  const lines = ['# One thing broken at a time', '', `\`${command}\` on`, '', ...machine, ''];
  await writeFile(file, `${lines.join('\n')}\n\`\`\`text\n${table(rows)}\n${LEGEND}\`\`\`\n`);
}
