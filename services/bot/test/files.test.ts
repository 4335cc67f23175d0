import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, onTestFinished, test, vi } from 'vitest';
import { botConfig, limitsOf } from '../src/config.ts';
import { Files, type FilesOptions } from '../src/telegram/files.ts';
import { HttpClient } from '../src/telegram/http-client.ts';
import { openWorld, PHOTO } from './world.ts';

const CHAT = 5;
const TOKEN = '123456789:AAsecret-secret-secret-secret-secret';

/** A working folder of a Bot API server, and beside it what is none of the bot's business. */
async function serverFolder() {
  const root = await mkdtemp(join(tmpdir(), 'attrai-files-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const dir = join(root, 'bot-api');
  const photos = join(dir, TOKEN, 'photos');
  await mkdir(photos, { recursive: true });
  await mkdir(join(root, 'bot-api-2'));
  await writeFile(join(photos, 'file_1.jpg'), 'the photo');
  await writeFile(join(root, 'private'), 'private');
  await writeFile(join(root, 'bot-api-2', 'private'), 'private');
  await symlink(join(root, 'private'), join(photos, 'leads-out.jpg'));
  await symlink(root, join(photos, 'out'));
  await symlink('file_1.jpg', join(photos, 'leads-in.jpg'));
  return { root, dir, photos };
}

/** A web server with one file. */
async function fileServer(path = '/file/bot123456789%3AAAsecret-secret-secret-secret-secret/photos/file%201.jpg') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url!.replace(':', '%3A') === path) response.end('the photo');
    else response.writeHead(404).end('{"ok":false,"error_code":404,"description":"Not Found"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function filesWith(options: Partial<FilesOptions> & { url?: string }) {
  const problems: string[] = [];
  const http = new HttpClient(options.url ?? 'http://127.0.0.1:9');
  const onProblem = (problem: string) => void problems.push(problem);
  const files = new Files({ token: TOKEN, http, servedBy: 'own server', onProblem, ...options });
  async function failure(path: string, maxBytes = 100) {
    const error = await files.get(path, maxBytes).then(
      () => expect.unreachable('it did not fail'),
      (thrown) => thrown,
    );
    const everything = [String(error), error.stack, String(error.cause), JSON.stringify(error), ...problems].join();
    expect(everything).not.toMatch(/secret|file_1|private/);
    return error;
  }
  return { files, problems, failure };
}

test('a file that the server has on its disk is read where its folder is, at the same path or at another', async () => {
  const { dir, photos } = await serverFolder();
  const { files } = filesWith({ dir });
  const others = ['file_1.jpg', 'leads-in.jpg'].map((name) => join(photos, name));
  for (const path of [...others, `/var/lib/telegram-bot-api/${TOKEN}/photos/file_1.jpg`, 'photos/file_1.jpg']) {
    expect(String(await files.get(path, 100))).toBe('the photo');
  }
  expect(files.problem).toBeUndefined();
});

test('a file on disk has the limits of one that is downloaded', async () => {
  const { dir, photos } = await serverFolder();
  const { files, failure } = filesWith({ dir });
  expect(String(await files.get(join(photos, 'file_1.jpg'), 9))).toBe('the photo');
  expect(await failure(join(photos, 'file_1.jpg'), 8)).toMatchObject({ code: 'file_too_large', grade: 'final' });
});

test.each<[what: string, path: (folder: { root: string; dir: string; photos: string }) => string]>([
  ['elsewhere', ({ root }) => join(root, 'private')],
  ['beside it, in one whose name begins like it', ({ root }) => join(root, 'bot-api-2', 'private')],
  ['above it', ({ photos }) => `${photos}/../../../private`],
  ['above it, by a path of the server', () => `/var/lib/telegram-bot-api/${TOKEN}/../../private`],
  ['above it, by a relative path', () => '../../private'],
  ['where a link leads out', ({ photos }) => join(photos, 'leads-out.jpg')],
  ['behind a folder that leads out', ({ photos }) => join(photos, 'out', 'private')],
  ['at a path with a zero byte', ({ photos }) => `${photos}/file_1.jpg\0`],
])('nothing outside of TELEGRAM_FILES_DIR is read: %s', async (_, path) => {
  const folder = await serverFolder();
  const { files, problems, failure } = filesWith({ dir: folder.dir });
  expect(await failure(path(folder))).toMatchObject({ code: 'files_out_of_reach', grade: 'final' });
  expect(problems).toEqual([files.problem]);
  expect(files.problem).toMatch(/outside of TELEGRAM_FILES_DIR/);
});

test.each([
  ['is not there', 'photos/file_2.jpg', /ENOENT/],
  ['is a folder', 'photos', /EISDIR/],
])('the operator is told what to do about a file of the server that %s', async (_, path, reason) => {
  const { dir } = await serverFolder();
  const { files, failure } = filesWith({ dir });
  expect(await failure(path)).toMatchObject({ code: 'files_out_of_reach' });
  expect(files.problem).toMatch(reason);
  expect(files.problem).toMatch(/Mount .* TELEGRAM_FILES_DIR/);
});

test('a file that the server has on its disk is got from TELEGRAM_FILE_ROOT, as is one below its folder', async () => {
  const { url, asked } = await fileServer();
  const { files } = filesWith({ url, servedBy: 'TELEGRAM_FILE_ROOT' });
  for (const path of [`/var/lib/telegram-bot-api/${TOKEN}/photos/file 1.jpg`, 'photos/file 1.jpg']) {
    expect(String(await files.get(path, 100))).toBe('the photo');
  }
  expect(new Set(asked)).toEqual(new Set([`/file/bot${TOKEN}/photos/file%201.jpg`]));
});

test.each<[what: string, path: string, servedBy: FilesOptions['servedBy'], said: RegExp]>([
  [
    'serves none',
    'photos/file_1.jpg',
    'own server',
    /TELEGRAM_API_ROOT serves no files.*TELEGRAM_FILES_DIR.*TELEGRAM_FILE_ROOT/,
  ],
  [
    'has them on its disk',
    `/bot-api/${TOKEN}/file_1.jpg`,
    'own server',
    /--local.*TELEGRAM_FILES_DIR.*TELEGRAM_FILE_ROOT/,
  ],
  ['has them elsewhere', 'photos/file_1.jpg', 'TELEGRAM_FILE_ROOT', /TELEGRAM_FILE_ROOT does not have/],
])('the operator is told once a minute what to set for a server that %s', async (_, path, servedBy, said) => {
  const { url } = await fileServer();
  let passed = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
  onTestFinished(() => void vi.restoreAllMocks());
  const { files, problems, failure } = filesWith({ url, servedBy });
  for (const seconds of [0, 30, 61]) {
    passed = seconds * 1000;
    expect(await failure(path)).toMatchObject({ code: 'files_out_of_reach', grade: 'final' });
  }
  expect(files.problem).toMatch(said);
  expect(problems).toEqual([files.problem, files.problem]);
});

test('a file that is not there is gone where files were served before, and always on Telegram itself', async () => {
  const { url } = await fileServer();
  for (const servedBy of ['own server', 'telegram'] as const) {
    const { files, problems, failure } = filesWith({ url, servedBy });
    if (servedBy === 'own server') await files.get('photos/file 1.jpg', 100);
    expect(await failure('photos/file_2.jpg')).toMatchObject({ code: 'file_gone', grade: 'final' });
    expect(problems).toEqual([]);
    expect(files.problem).toBeUndefined();
  }
});

test('where photos are out of reach their users get an apology, and the operator the reason, until they are not', async () => {
  await using world = await openWorld();
  await world.page.break({ method: 'downloadFile', kind: 'error', error_code: 404, times: 2 });
  for (const language of ['en', 'ru']) await world.page.send(CHAT, { photo: PHOTO, language });
  await world.page.untilSaid(CHAT, /set up wrong on my side/);
  await world.page.untilSaid(CHAT, /у меня что-то неправильно настроено/);
  const reason = expect.stringMatching(/serves no files.*TELEGRAM_FILES_DIR/);
  expect(world.bot.ready()).toEqual({ ok: false, reasons: [reason] });
  expect(world.lines.filter((line) => line.includes('TELEGRAM_FILES_DIR'))).toHaveLength(1);
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await waitUntil('it was not ready again', () => world.bot.ready().ok);
});

test.each([
  ['at most 20 MB from Telegram', { MAX_PHOTO_BYTES: 50_000_000 }, 20_000_000],
  [
    'as much as is set from a server whose folder is here',
    { MAX_PHOTO_BYTES: 50_000_000, TELEGRAM_FILES_DIR: '/bot-api' },
    50_000_000,
  ],
  [
    'as much as is set from a server of files',
    { MAX_PHOTO_BYTES: 30_000_000, TELEGRAM_FILE_ROOT: 'http://files' },
    30_000_000,
  ],
  [
    'what fits into a message',
    { MAX_PHOTO_BYTES: 50_000_000, TELEGRAM_FILES_DIR: '/bot-api', PHOTO_STORE: 'message' },
    15_000_000,
  ],
  ['20 MB if nothing is set', { TELEGRAM_FILES_DIR: '/bot-api' }, 20_000_000],
])('photos may have %s', (_, settings, most) => {
  const servers = { BOT_TOKEN: TOKEN, AMQP_URL: 'amqp://mq', REDIS_URL: 'redis://redis' };
  expect(limitsOf(botConfig.parse({ ...servers, ...settings })).maxPhotoBytes).toBe(most);
});
