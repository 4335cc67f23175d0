import { AMQP_TLS, AMQP_URL } from '@attrai/config/common-variables';
import { readConfig } from '@attrai/config/read-config';
import { tlsOf } from '@attrai/config/tls';
import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { redact } from '@attrai/telemetry/redact';
import { z } from 'zod';
import { INBOX_DIR } from '../src/config.ts';
import { type DeadLetter, DeadLetters } from '../src/dead-letters.ts';

const USAGE = `Shows the messages nobody could handle, and re-queues or drops them.

  pnpm dead-letters list
  pnpm dead-letters requeue ID ... | --all
  pnpm dead-letters drop ID ... | --all

Messages that nobody could read are parked in INBOX_DIR; a file there that is unreadable itself can only be dropped.
Others wait in to_estimate.dead only while no bot runs, which tells their users. AMQP_URL (or AMQP_URL_FILE) and
INBOX_DIR are those of the bot. No part of a message is shown.
`;

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${redact(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(): Promise<number> {
  const command = readCommand();
  if (command === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const config = readConfig(z.object({ AMQP_URL, ...AMQP_TLS, INBOX_DIR }));
  const rabbitmq = { url: config.AMQP_URL, tls: tlsOf('AMQP', config) };
  const letters = new DeadLetters(rabbitmq, await createVolumeStore(config.INBOX_DIR, 'INBOX_DIR'));
  if (command.name === 'list') {
    process.stdout.write(table(await letters.list()));
    return 0;
  }
  const refused: string[] = [];
  const onRefused = (id: string, why: string) => {
    refused.push(id);
    const sentence = command.name === 'drop' ? `dropped: ${why}` : `requeued: ${why}. Drop it.`;
    process.stderr.write(`${id} can't be ${sentence}\n`);
  };
  const done = await letters[command.name](command.ids, onRefused);
  for (const id of done) process.stdout.write(`${id} ${command.name === 'drop' ? 'dropped' : 'requeued'}\n`);
  const missing = (command.ids ?? []).filter((id) => ![...done, ...refused].includes(id));
  for (const id of missing) process.stderr.write(`${id} is not there\n`);
  return missing.length + refused.length > 0 ? 1 : 0;
}

type Command = { name: 'list' } | { name: 'requeue' | 'drop'; ids: string[] | undefined };

/** @throws UsageError */
function readCommand(): Command | 'help' {
  const { values, positionals } = readCommandLine(USAGE, {
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  const [name, ...ids] = positionals;
  if (name === 'list' && ids.length === 0 && !values.all) return { name };
  if (name === 'requeue' || name === 'drop') {
    if (values.all && ids.length === 0) return { name, ids: undefined };
    if (!values.all && ids.length > 0) return { name, ids };
    throw new UsageError('Name the messages, or say --all.', USAGE);
  }
  throw new UsageError(name === 'list' ? 'list takes nothing else.' : 'Say list, requeue or drop.', USAGE);
}

function table(letters: DeadLetter[]): string {
  if (letters.length === 0) return 'No dead letters.\n';
  const rows = letters.map(({ id, state, at, queue, why, bytes }) => [
    id,
    state,
    at === undefined ? '-' : new Date(at).toISOString(),
    queue ?? '-',
    bytes === undefined ? '-' : `${bytes} bytes`,
    why,
  ]);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
