import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureModels } from '@attrai/models/build';
import { startSandbox } from '@attrai/sandbox/sandbox';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Chat } from './chat.ts';
import { GROUP_PHOTO, MODELS_DIR, ownTmp } from './suite.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const TOKEN = '1000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
beforeAll(() => ensureModels({ dir: MODELS_DIR }));

function newTmp() {
  const tmp = ownTmp();
  cleanups.push(tmp.remove);
  return tmp;
}

function start(env: Record<string, string> = {}, tmp = newTmp()) {
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: tmp.dir, MODELS_DIR, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout!.on('data', (chunk) => (out += chunk));
  child.stderr!.on('data', (chunk) => (err += chunk));
  const exited = once(child, 'close').then(([code]) => ({ code, out, err, left: tmp.left() }));

  return {
    child,
    exited,
    async url(): Promise<string> {
      for (;;) {
        const found = /https?:\/\/\S+/.exec(out)?.[0];
        if (found && out.includes('Ctrl-C')) return found;
        if (child.exitCode !== null) throw new Error(`The process ended: ${err}${out}`);
        await new Promise((next) => setTimeout(next, 20));
      }
    },
  };
}

/** Resolves to the port. */
async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return (server.address() as AddressInfo).port;
}

describe('pnpm start', () => {
  test('ends itself, in words and with nothing left, when a photo gets it stuck', async () => {
    const stuck = new URL('./stuck-decoder.ts', import.meta.url).href;
    const suite = start({ NODE_OPTIONS: `--import ${stuck}`, PHOTO_TIMEOUT_SECONDS: '1' });
    const chat = new Chat(await suite.url(), 1);
    await chat.sendPhoto(GROUP_PHOTO);
    const { out, left } = await suite.exited;
    expect(suite.child.signalCode).toBe('SIGKILL');
    expect(out).toMatch(/"requestId":"[a-z0-9]{16,}".*a photo took longer than 1 s \(PHOTO_TIMEOUT_SECONDS\)/);
    expect(left).toEqual([]);
  });

  test('prints the URL of the chat, and ends at Ctrl-C with 0 and nothing left, even with photos in work', async () => {
    const suite = start();
    const url = await suite.url();
    const chat = new Chat(url, 1);
    await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
    for (let i = 0; i < 3; i++) await chat.sendPhoto(GROUP_PHOTO);
    suite.child.kill('SIGINT');
    const { code, out, err, left } = await suite.exited;
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(left).toEqual([]);
    expect(out.match(/https?:\/\//g)).toHaveLength(1);
    expect(out).toContain('stand-ins    Telegram, RabbitMQ, Redis');
  });

  test.each([
    ['MODELS_DIR', (file: string) => ({ MODELS_DIR: file }), /can't be written to .* set MODELS_DIR to another folder/],
    [
      'TMPDIR',
      (file: string) => ({ TMPDIR: file }),
      /^Can't write to .* Set TMPDIR to a folder that this user may write to/m,
    ],
  ])('says once what is wrong with %s, and that nothing was started', async (_, env, says) => {
    const tmp = newTmp();
    const file = join(tmp.dir, 'no-folder');
    writeFileSync(file, '');
    const { code, out, err } = await start(env(file), tmp).exited;
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.match(new RegExp(says, 'gm'))).toHaveLength(1);
    expect(err).toMatch(/\nNothing was started\.\n$/);
    expect(err).not.toMatch(/^ +at /m);
  });

  test('deletes the folder of a killed process, but not of a running one', async () => {
    const tmp = newTmp();
    const running = start({}, tmp);
    const chat = new Chat(await running.url(), 1);
    await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
    const before = new Set(tmp.left());

    const killed = start({}, tmp);
    await new Chat(await killed.url(), 1).sendPhoto(GROUP_PHOTO);
    await expect.poll(() => tmp.files().some((name) => /\.(photo|picture)$/.test(name)), { interval: 1 }).toBe(true);
    killed.child.kill('SIGKILL');
    await killed.exited;
    expect(tmp.left()).toHaveLength(before.size + 1);
    // The folder of a process that is just starting, and one of another program.
    mkdirSync(join(tmp.dir, 'attrai-run-x1y2z3'));
    mkdirSync(join(tmp.dir, 'attrai-other'));
    writeFileSync(join(tmp.dir, 'attrai-other', 'mine'), '');

    const next = start({}, tmp);
    await next.url();
    expect(tmp.files().filter((name) => name.endsWith('.photo') || name.endsWith('.picture'))).toEqual([]);
    await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
    for (const suite of [next, running]) {
      suite.child.kill('SIGINT');
      expect((await suite.exited).code).toBe(0);
    }
    expect(tmp.left().sort()).toEqual(['attrai-other', 'attrai-run-x1y2z3']);
    expect(tmp.files()).toEqual(['mine']);
  });

  test('ends cleanly at Ctrl-C during the start', async () => {
    const silent = createServer(() => {});
    const asked = once(silent, 'request');
    const port = await listen(silent);
    const suite = start({ BOT_TOKEN: TOKEN, TELEGRAM_API_ROOT: `http://127.0.0.1:${port}` });
    await asked;
    suite.child.kill('SIGINT');
    expect(await suite.exited).toMatchObject({ code: 0, err: '', left: [] });
  });

  test('names PORT in its error if the port is taken', async () => {
    const port = await listen(createServer());
    const { code, err, left } = await start({ PORT: String(port) }).exited;
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`^\\nPort ${port} is taken.*PORT.*\\nNothing was started\\.\\n$`));
    expect(left).toEqual([]);
  });

  test('names TMPDIR in its error if the path is too long for a socket', async () => {
    const tmp = newTmp();
    const long = join(tmp.dir, 'x'.repeat(100));
    mkdirSync(long);
    const { code, err } = await start({ TMPDIR: long }, tmp).exited;
    expect(code).toBe(1);
    expect(err).toMatch(/^\nCan't make a socket in \S+x{100}\. Set TMPDIR .*\nNothing was started\.\n$/);
    expect(readdirSync(long)).toEqual([]);
  });

  test('names a bad variable in its error, with its value unless that is secret', async () => {
    const { code, err } = await start({ MIN_FACE: '19', BOT_TOKEN: 'hunter2' }).exited;
    expect(code).toBe(1);
    expect(err).toContain('MIN_FACE="19"');
    expect(err).toContain('BOT_TOKEN');
    expect(err).not.toContain('hunter2');
  });

  test('says that TELEGRAM_API_ROOT needs BOT_TOKEN', async () => {
    const { code, err } = await start({ TELEGRAM_API_ROOT: 'http://127.0.0.1:9' }).exited;
    expect(code).toBe(1);
    expect(err).toMatch(/TELEGRAM_API_ROOT="http:\/\/127.0.0.1:9": needs BOT_TOKEN/);
  });

  test('runs the bot of BOT_TOKEN on the given Bot API server, without a sandbox', async () => {
    const telegram = await startSandbox({ port: 0, token: TOKEN });
    cleanups.push(() => telegram.close());
    const suite = start({ BOT_TOKEN: TOKEN, TELEGRAM_API_ROOT: telegram.apiRoot });
    expect(await suite.url()).toMatch(/^https:\/\/t\.me\/\w+$/);
    const chat = new Chat(telegram.url, 1);
    const answer = await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
    expect(answer.photo_url).toBeDefined();
    suite.child.kill('SIGINT');
    const { code, out } = await suite.exited;
    expect(code).toBe(0);
    expect(out).toMatch(/real .*Telegram/);
  });

  test('says that Telegram refuses the token, without the token', async () => {
    const telegram = await startSandbox({ port: 0, token: TOKEN });
    cleanups.push(() => telegram.close());
    const wrong = '1000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDxxxx';
    const { code, err, out, left } = await start({ BOT_TOKEN: wrong, TELEGRAM_API_ROOT: telegram.apiRoot }).exited;
    expect(code).toBe(1);
    expect(err).toContain('BOT_TOKEN');
    expect(err + out).not.toContain(wrong.slice(8));
    expect(left).toEqual([]);
  });
});
