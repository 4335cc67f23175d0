import { request } from 'node:http';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { startSandbox } from '../src/sandbox.ts';
import { blackPng, picture } from './pictures.ts';
import { rawBotTest, TOKEN } from './sandbox-test.ts';
import { form, User } from './user.ts';

const it = rawBotTest.extend('ownSandbox', ({ token }, { onCleanup }) => {
  return async (options: Partial<Parameters<typeof startSandbox>[0]>) => {
    const sandbox = await startSandbox({ port: 0, token, ...options });
    onCleanup(() => sandbox.close());
    return sandbox;
  };
});

describe('the API of the chat page', () => {
  it('lists the messages of a chat', async ({ user }) => {
    const id = await user.send({ text: 'hi\nthere' });
    await user.sendPhoto(await picture(100, 50), { text: 'look', media_group_id: 'a' });
    expect(await user.messages()).toMatchObject([
      { message_id: id, from: 'user', text: 'hi\nthere' },
      { from: 'user', caption: 'look', photo_width: 100, photo_height: 50, media_group_id: 'a' },
    ]);
  });

  it('takes a message once if it comes twice with the same client_key', async ({ user }) => {
    const id = await user.send({ text: 'once', client_key: 'k1' });
    expect(await user.send({ text: 'once', client_key: 'k1' })).toBe(id);
    expect(await user.messages()).toHaveLength(1);
  });

  it('refuses bad requests, and says why', async ({ sandbox, user }) => {
    const photo = new Blob(['not a picture'], { type: 'image/jpeg' });
    const refusals: [what: string, body: FormData | object, status: number, error: RegExp][] = [
      ['messages', form({}), 400, /Send a text, a photo or a document/],
      ['messages', form({ text: 'x'.repeat(4097) }), 400, /at most 4096/],
      ['messages', form({ text: 'x', language_code: '../x' }), 400, /language_code: /],
      ['messages', form({ text: 'x', user_id: '5' }), 400, /user_id: /],
      ['messages', form({ text: 'x', reply_to: '5' }), 404, /no message 5/],
      ['messages', form({ photo }), 415, /^This can't be sent as a photo: not a JPEG, PNG, WebP or GIF\.$/],
      ['callback', { message_id: 1, data: 'x' }, 404, /no message 1/],
      ['callback', { data: 'x' }, 400, /message_id: /],
    ];
    for (const [what, body, status, error] of refusals) {
      const response = await user.post(what, body);
      expect(response.status, String(error)).toBe(status);
      expect((await response.json()) as object).toEqual({ error: expect.stringMatching(error) });
    }
    expect(await user.messages()).toEqual([]);
    expect((await fetch(`${sandbox.url}/api/chats/zero/messages`)).status).toBe(400);
  });

  it.for(['photo', 'document'])('takes the caption of a %s from `caption`, too', async (kind, { user }) => {
    await user.send({ caption: 'look', [kind]: new Blob([new Uint8Array(await picture(60, 40))]) });
    expect(await user.messages()).toMatchObject([{ caption: 'look' }]);
  });

  it.for([
    ['no boundary', 'multipart/form-data', 'x'],
    ['no end', 'multipart/form-data; boundary=b', '--b\r\ncontent-disposition: form-data; name="text"\r\n\r\nhal'],
    [
      'half a file',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\nx',
    ],
  ])('refuses a form with %s, and logs nothing', async ([, type, body], { ownSandbox }) => {
    const logged: string[] = [];
    const own = await ownSandbox({ logger: { error: (_, message) => logged.push(message) } });
    for (const path of ['/api/chats/5/messages', `/bot${TOKEN}/sendPhoto`]) {
      const response = await fetch(own.url + path, { method: 'POST', headers: { 'content-type': type! }, body: body! });
      expect(response.status, path).toBe(400);
      expect(await response.text()).toContain("can't read the multipart form");
    }
    expect(logged).toEqual([]);
  });

  it.for(['zero', '1.5', 'NaN'])('refuses %s as the id of a chat', async (chat, { sandbox }) => {
    const response = await fetch(`${sandbox.url}/api/chats/${chat}/messages`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/^chatId: must be a whole number/) });
  });

  it('refuses a pixel bomb', async ({ user }) => {
    const bomb = blackPng(12_000, 12_000);
    expect(bomb.length).toBeLessThan(50_000);
    const response = await user.post('messages', form({ photo: new Blob([new Uint8Array(bomb)]) }));
    expect(response.status).toBe(415);
  });

  it('sends events to a page that is open, and a snapshot to one that opens later', async ({ bot, user }) => {
    const watch = await user.watch();
    await user.send({ text: 'hi' });
    const { message_id } = await bot.call('sendMessage', { chat_id: user.chatId, text: 'wait' });
    await bot.call('sendChatAction', { chat_id: user.chatId, action: 'upload_photo' });
    await bot.call('editMessageText', { chat_id: user.chatId, message_id, text: 'done' });
    await expect
      .poll(() => watch.events)
      .toMatchObject([
        { event: 'snapshot', data: [] },
        { event: 'message', data: { from: 'user', text: 'hi' } },
        { event: 'message', data: { from: 'bot', text: 'wait', message_id } },
        { event: 'action', data: { action: 'upload_photo' } },
        { event: 'edit', data: { text: 'done', edited: true, message_id } },
      ]);
    const later = await user.watch();
    await expect
      .poll(() => later.events)
      .toMatchObject([{ event: 'snapshot', data: [{ text: 'hi' }, { text: 'done' }] }]);
    await bot.call('deleteMessage', { chat_id: user.chatId, message_id });
    await expect.poll(() => watch.events.at(-1)).toEqual({ event: 'delete', data: { message_id } });
    await watch.close();
    await later.close();
  });

  it('does not show a chat to another user', async ({ sandbox, user }) => {
    const other = new User(sandbox.url);
    const watch = await other.watch();
    await user.send({ text: 'secret' });
    await other.send({ text: 'mine' });
    await expect.poll(() => watch.events).toMatchObject([{ event: 'snapshot' }, { data: { text: 'mine' } }]);
    expect(await other.messages()).toHaveLength(1);
    await watch.close();
  });

  it('logs each change of each message', async ({ bot, user }) => {
    const question = await user.send({ text: 'hi' });
    const { message_id } = await bot.call('sendMessage', {
      chat_id: user.chatId,
      text: 'wait',
      reply_parameters: { message_id: question },
    });
    await bot.call('editMessageText', { chat_id: user.chatId, message_id, text: 'done' });
    await bot.call('deleteMessage', { chat_id: user.chatId, message_id });
    const log = await (await fetch(`${user.url}/api/chats/${user.chatId}/log`)).json();
    expect(log).toMatchObject([
      { message_id: question, from: 'user', by: 'user', kind: 'text', text: 'hi' },
      { message_id, from: 'bot', by: 'sendMessage', kind: 'text', text: 'wait', reply_to: question },
      { message_id, by: 'editMessageText', kind: 'text', text: 'done' },
      { message_id, by: 'deleteMessage', kind: 'deleted' },
    ]);
    expect(await user.stats()).toMatchObject({
      chats: { [user.chatId]: { user_messages: 1, bot_messages: 1, bot_edits: 1, bot_deleted: 1 } },
      calls: { sendMessage: 1, editMessageText: 1 },
      pending_updates: 1,
    });
  });

  it('serves pictures at URLs that nobody can guess, and files only as downloads', async ({ sandbox, user }) => {
    await user.sendPhoto(await picture(60, 40));
    await user.send({ document: new File(['<script>'], "it's <b>.html", { type: 'text/html' }) });
    const [photo, document] = await user.messages();
    expect(photo!.photo_url).toMatch(/^\/media\/[\w-]{32}$/);
    const shown = await fetch(sandbox.url + photo!.photo_url);
    expect(shown.headers.get('content-type')).toBe('image/jpeg');
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    const download = await fetch(sandbox.url + document!.document_url);
    expect(download.headers.get('content-type')).toBe('application/octet-stream');
    expect(download.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''it%27s%20%3Cb%3E.html");
    expect((await fetch(`${sandbox.url}/media/x`)).status).toBe(404);
  });

  it('serves the page with a policy that lets in nothing foreign', async ({ sandbox }) => {
    const response = await fetch(sandbox.url);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
  });

  it('offers sample photos', async ({ sandbox }) => {
    const response = await fetch(`${sandbox.url}/api/samples`);
    const samples = (await response.json()) as { name: string; url: string }[];
    expect(samples.map(({ name }) => name)).toEqual(['portrait', 'couple', 'glasses', 'connery', 'group', 'mona-lisa']);
    for (const { url } of samples) {
      const bytes = await (await fetch(sandbox.url + url)).arrayBuffer();
      expect(await sharp(Buffer.from(bytes)).metadata()).toMatchObject({ format: 'jpeg' });
    }
  });

  it.for(['/../package.json', '/..%2fpackage.json', '/styles/..%2f..%2fmain.ts', '/samples/..%2f..%2fpackage.json'])(
    'gives nothing outside its page at %s',
    async (path, { sandbox }) => {
      const raw = rawRequest(sandbox.url);
      expect((await raw(path)).status).toBeGreaterThanOrEqual(400);
      expect((await raw(`/file/bot${TOKEN}${path}`)).status).toBe(404);
    },
  );

  it.for<[string, Record<string, string>]>([
    ['another host name', { host: 'evil.example' }],
    ['another port', { host: '127.0.0.1:1' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['no origin that has a name', { origin: 'null' }],
    ['a picture in another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
  ])('turns away a browser that comes by %s', async ([, headers], { sandbox }) => {
    const raw = rawRequest(sandbox.url);
    expect((await raw('/api/stats', headers)).status).toBe(403);
    expect((await raw(`/bot${TOKEN}/getMe`, headers)).status).toBe(403);
  });

  it('answers its own page, and links to it', async ({ sandbox }) => {
    const host = new URL(sandbox.url).host;
    const raw = rawRequest(sandbox.url);
    expect((await raw('/api/stats', { origin: sandbox.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await raw('/api/stats', { host: host.replace('127.0.0.1', 'localhost') })).status).toBe(200);
    expect((await raw('/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200);
  });

  it('says what to do if the port is taken', async ({ sandbox }) => {
    const port = Number(new URL(sandbox.url).port);
    await expect(startSandbox({ port, token: TOKEN })).rejects.toThrow(new RegExp(`^Port ${port} is taken.*PORT`));
  });

  it('answers to further names where it was given any, and to no others', async ({ ownSandbox }) => {
    const raw = rawRequest((await ownSandbox({ host: '0.0.0.0', names: ['sandbox:8080'] })).url);
    const status = async (host: string) => (await raw('/api/stats', { host })).status;
    expect(await status('sandbox:8080')).toBe(200);
    for (const host of ['sandbox', 'sandbox:80', 'evil.example:8080', 'sandbox:8080.evil.example']) {
      expect(await status(host), host).toBe(403);
    }
  });

  it('listens on loopback only unless it knows its names, and with a proper token', async () => {
    await expect(startSandbox({ port: 0, token: TOKEN, host: '0.0.0.0' })).rejects.toThrow(/loopback only/);
    await expect(startSandbox({ port: 0, token: 'secret' })).rejects.toThrow(/^(?!.*secret).*BOT_TOKEN/);
  });

  it('closes at once while a bot polls and a page is open', async ({ sandbox, bot, user }) => {
    const watch = await user.watch();
    const poll = bot.call('getUpdates', { timeout: 50 });
    await expect.poll(() => user.stats()).toMatchObject({ calls: { getUpdates: 1 } });
    await sandbox.close();
    await Promise.allSettled([poll]);
    await watch.close();
  });
});

/** Sends requests without changing path and headers, which fetch would do. */
function rawRequest(url: string) {
  const { hostname, port } = new URL(url);
  return (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number }>((resolve, reject) => {
      const sent = request({ hostname, port, path, headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode! });
      });
      sent.on('error', reject).end();
    });
}
