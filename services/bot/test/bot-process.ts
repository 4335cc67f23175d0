import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@attrai/test-servers/wait-until';

export interface BotProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything it wrote, to stdout and stderr. */
  output(): string;
  /** Resolves to its exit code. */
  readonly exited: Promise<number | null>;
  /** Waits until it serves its health. */
  get(path: '/healthz' | '/readyz' | '/metrics'): Promise<{ status: number; body: string }>;
  untilReady(): Promise<void>;
  /** Waits until it has written what matches. */
  untilSaid(what: RegExp): Promise<void>;
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs what `pnpm start:bot` runs, in a process and folders of its own. */
export async function startBotProcess(env: Record<string, string>): Promise<BotProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'attrai-bot-process-'));
  const folders = { PHOTO_DIR: join(dir, 'photos'), INBOX_DIR: join(dir, 'inbox') };
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...folders, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);

  const bot: BotProcess = {
    child,
    output: () => output,
    exited,
    async get(path) {
      await bot.untilSaid(/health is served/);
      const port = /"port":(\d+),"msg":"health is served"/.exec(output)?.[1];
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, body: await response.text() };
    },
    untilReady: () => waitUntil('the bot was not ready', async () => (await bot.get('/readyz')).status === 200),
    untilSaid: (what) =>
      waitUntil(`the bot never said ${what}`, () => {
        if (!what.test(output) && child.exitCode !== null) throw new Error(`The bot ended. Its words:\n${output}`);
        return what.test(output);
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
  return bot;
}
