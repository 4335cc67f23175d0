import { request } from 'node:http';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { eventually } from './eventually.ts';
import { blackPng, picture } from './pictures.ts';
import { form, User } from './user.ts';

const TOKEN = '4242:test_token-1';

describe('the API of the chat page', () => {
  let sandbox: Sandbox;
  let user: User;

  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0, token: TOKEN });
    user = new User(sandbox.url);
  });
  afterEach(() => sandbox.close());

  async function call(method: string, params: object) {
    const response = await fetch(`${sandbox.apiRoot}/bot${TOKEN}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    return ((await response.json()) as { result: { message_id: number } }).result;
  }

  async function get(path: string) {
    return (await fetch(sandbox.url + path)).json();
  }

  it('shows what was sent', async () => {
    const id = await user.send({ text: 'hi\nthere' });
    await user.sendPhoto(await picture(100, 50), { text: 'look', media_group_id: 'a' });
    expect(await user.messages()).toMatchObject([
      { message_id: id, from: 'user', text: 'hi\nthere' },
      { from: 'user', caption: 'look', photo_width: 100, photo_height: 50, media_group_id: 'a' },
    ]);
  });

  it('takes a message with the same client_key once', async () => {
    const id = await user.send({ text: 'once', client_key: 'k1' });
    expect(await user.send({ text: 'once', client_key: 'k1' })).toBe(id);
    expect(await user.messages()).toHaveLength(1);
  });

  it('refuses what makes no sense, and says why', async () => {
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

  it.each(['photo', 'document'])('takes the caption of a %s by that name too', async (kind) => {
    await user.send({ caption: 'look', [kind]: new Blob([new Uint8Array(await picture(60, 40))]) });
    expect(await user.messages()).toMatchObject([{ caption: 'look' }]);
  });

  it.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['no end', 'multipart/form-data; boundary=b', '--b\r\ncontent-disposition: form-data; name="text"\r\n\r\nhal'],
    [
      'half a file',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\nx',
    ],
  ])('refuses a form with %s, and needs no log for it', async (_name, type, body) => {
    const logged: string[] = [];
    const own = await startSandbox({ port: 0, token: TOKEN, logger: { error: (_, message) => logged.push(message) } });
    try {
      for (const path of ['/api/chats/5/messages', `/bot${TOKEN}/sendPhoto`]) {
        const response = await fetch(own.url + path, { method: 'POST', headers: { 'content-type': type }, body });
        expect(response.status, path).toBe(400);
        expect(await response.text()).toContain("can't read the multipart form");
      }
      expect(logged).toEqual([]);
    } finally {
      await own.close();
    }
  });

  it.each(['zero', '1.5', 'NaN'])('says plainly that %s is no chat', async (chat) => {
    const response = await fetch(`${sandbox.url}/api/chats/${chat}/messages`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/^chatId: must be a whole number/) });
  });

  it('refuses a pixel bomb', async () => {
    const bomb = blackPng(12_000, 12_000);
    expect(bomb.length).toBeLessThan(50_000);
    const response = await user.post('messages', form({ photo: new Blob([new Uint8Array(bomb)]) }));
    expect(response.status).toBe(415);
  });

  it('tells a watcher all that happens, and one who comes later all that is there', async () => {
    const watch = await user.watch();
    await user.send({ text: 'hi' });
    const { message_id } = await call('sendMessage', { chat_id: user.chatId, text: 'wait' });
    await call('sendChatAction', { chat_id: user.chatId, action: 'upload_photo' });
    await call('editMessageText', { chat_id: user.chatId, message_id, text: 'done' });
    await eventually(() => watch.events).toMatchObject([
      { event: 'snapshot', data: [] },
      { event: 'message', data: { from: 'user', text: 'hi' } },
      { event: 'message', data: { from: 'bot', text: 'wait', message_id } },
      { event: 'action', data: { action: 'upload_photo' } },
      { event: 'edit', data: { text: 'done', edited: true, message_id } },
    ]);
    const later = await user.watch();
    await eventually(() => later.events).toMatchObject([
      { event: 'snapshot', data: [{ text: 'hi' }, { text: 'done' }] },
    ]);
    await call('deleteMessage', { chat_id: user.chatId, message_id });
    await eventually(() => watch.events.at(-1)).toEqual({ event: 'delete', data: { message_id } });
    await watch.close();
    await later.close();
  });

  it("keeps one user's chat from another", async () => {
    const other = new User(sandbox.url);
    const watch = await other.watch();
    await user.send({ text: 'secret' });
    await other.send({ text: 'mine' });
    await eventually(() => watch.events).toMatchObject([{ event: 'snapshot' }, { data: { text: 'mine' } }]);
    expect(await other.messages()).toHaveLength(1);
    await watch.close();
  });

  it('logs each change of each message, so that answers can be counted', async () => {
    const question = await user.send({ text: 'hi' });
    const { message_id } = await call('sendMessage', {
      chat_id: user.chatId,
      text: 'wait',
      reply_parameters: { message_id: question },
    });
    await call('editMessageText', { chat_id: user.chatId, message_id, text: 'done' });
    await call('deleteMessage', { chat_id: user.chatId, message_id });
    expect(await get(`/api/chats/${user.chatId}/log`)).toMatchObject([
      { message_id: question, from: 'user', by: 'user', kind: 'text', text: 'hi' },
      { message_id, from: 'bot', by: 'sendMessage', kind: 'text', text: 'wait', reply_to: question },
      { message_id, by: 'editMessageText', kind: 'text', text: 'done' },
      { message_id, by: 'deleteMessage', kind: 'deleted' },
    ]);
    expect(await get('/api/stats')).toMatchObject({
      chats: { [user.chatId]: { user_messages: 1, bot_messages: 1, bot_edits: 1, bot_deleted: 1 } },
      calls: { sendMessage: 1, editMessageText: 1 },
      pending_updates: 1,
    });
  });

  it('serves pictures at addresses nobody can guess, and files only as downloads', async () => {
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

  it('serves the page with a policy that lets in nothing foreign', async () => {
    const response = await fetch(sandbox.url);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
  });

  it('offers sample photos', async () => {
    const samples = (await get('/api/samples')) as { name: string; url: string }[];
    expect(samples.map(({ name }) => name)).toEqual(['portrait', 'couple', 'glasses', 'connery', 'group', 'mona-lisa']);
    for (const { url } of samples) {
      const bytes = await (await fetch(sandbox.url + url)).arrayBuffer();
      expect(await sharp(Buffer.from(bytes)).metadata()).toMatchObject({ format: 'jpeg' });
    }
  });

  it.each(['/../package.json', '/..%2fpackage.json', '/styles/..%2f..%2fmain.ts', '/samples/..%2f..%2fpackage.json'])(
    'gives nothing outside its page at %s',
    async (path) => {
      expect((await raw(path)).status).toBeGreaterThanOrEqual(400);
      expect((await raw(`/file/bot${TOKEN}${path}`)).status).toBe(404);
    },
  );

  it.each([
    ['another host name', { host: 'evil.example' }],
    ['another port', { host: '127.0.0.1:1' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['no origin that has a name', { origin: 'null' }],
    ['a picture in another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
  ])('turns away a browser that comes by %s', async (_name, headers) => {
    expect((await raw('/api/stats', headers)).status).toBe(403);
    expect((await raw(`/bot${TOKEN}/getMe`, headers)).status).toBe(403);
  });

  it('lets in its own page, and links to it', async () => {
    const host = new URL(sandbox.url).host;
    expect((await raw('/api/stats', { origin: sandbox.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await raw('/api/stats', { host: host.replace('127.0.0.1', 'localhost') })).status).toBe(200);
    expect((await raw('/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200);
  });

  it('says that the port is taken, and what to do', async () => {
    const port = Number(new URL(sandbox.url).port);
    await expect(startSandbox({ port, token: TOKEN })).rejects.toThrow(new RegExp(`^Port ${port} is taken.*PORT`));
  });

  it('answers to further names where it was given any, and to no others', async () => {
    const own = await startSandbox({ port: 0, token: TOKEN, host: '0.0.0.0', names: ['sandbox:8080'] });
    try {
      const status = async (host: string) => (await raw('/api/stats', { host }, own.url)).status;
      expect(await status('sandbox:8080')).toBe(200);
      for (const host of ['sandbox', 'sandbox:80', 'evil.example:8080', 'sandbox:8080.evil.example']) {
        expect(await status(host), host).toBe(403);
      }
    } finally {
      await own.close();
    }
  });

  it('listens on loopback only unless it knows its names, and with a proper token', async () => {
    await expect(startSandbox({ port: 0, token: TOKEN, host: '0.0.0.0' })).rejects.toThrow(/loopback only/);
    await expect(startSandbox({ port: 0, token: 'secret' })).rejects.toThrow(/^(?!.*secret).*BOT_TOKEN/);
  });

  it('closes at once, though somebody polls and somebody watches', async () => {
    const own = await startSandbox({ port: 0, token: TOKEN });
    const watch = await new User(own.url).watch();
    const poll = fetch(`${own.apiRoot}/bot${TOKEN}/getUpdates?timeout=50`);
    const stats = async () => (await fetch(`${own.url}/api/stats`)).json();
    await eventually(stats).toMatchObject({ calls: { getUpdates: 1 } });
    await own.close();
    await Promise.allSettled([poll]);
    await watch.close();
  });

  /** A request as it stands: fetch would tidy up path and headers. */
  function raw(path: string, headers: Record<string, string> = {}, url = sandbox.url): Promise<{ status: number }> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode! });
      });
      sent.on('error', reject).end();
    });
  }
});
