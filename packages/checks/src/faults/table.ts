import type { Row } from './row.ts';

const COLUMNS: [title: string, cell: (row: Row) => string | number][] = [
  ['fault', (row) => row.fault],
  ['in work', (row) => row.hit],
  ['sent', (row) => row.sent],
  ['refused', (row) => row.refused],
  ['accepted', (row) => row.sent - row.refused],
  ['once', (row) => row.once],
  ['twice', (row) => row.twice],
  ['unanswered', (row) => row.unanswered],
  ['blocked', (row) => row.unreachable],
  ['sorry', (row) => row.sorry],
  ['stray', (row) => row.stray],
  ['files', (row) => row.files],
  ['slots', (row) => row.slots],
  ['jobs', (row) => row.jobs],
  ['messages', (row) => row.messages],
  ['s', (row) => row.seconds],
  ['', verdict],
];

export const LEGEND = `
  in work     photos sent and not answered when the fault struck
  refused     not accepted: the user was asked to send the photo again
  once        accepted and answered once: a picture, or a plain reason
  twice       more than one final answer, or refused and answered
  blocked     from users who blocked the bot, so that it can't write to them
  sorry       part of "once": the answer was that something went wrong on our side
  stray       placeholders left beside the answer. This can happen if the bot dies or loses its connection after
              Telegram has sent a message and before the bot knows that, or if it dies between the answer and
              the placeholder's deletion
  files, slots, jobs, messages
              left over at the end in photo store and inbox, in Redis and in RabbitMQ's queues
`;

export function verdict({ problems, skipped }: Row): string {
  if (skipped !== undefined) return `not tried: ${skipped}`;
  return problems.length === 0 ? 'ok' : problems.join(', ');
}

export function table(rows: Row[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, cell]) => String(cell(row))))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const isText = (column: number) => column === 0 || column === COLUMNS.length - 1;
  const pad = (text: string, column: number) =>
    isText(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
