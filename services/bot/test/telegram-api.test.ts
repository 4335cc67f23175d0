import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { TelegramApi } from '../src/telegram/telegram-api.ts';

const TOKEN = '123456789:AAsecret-secret-secret-secret-secret';
type Reply = Answer | ((payload: { chat_id: number }) => Promise<Answer>);
type Answer =
  | { status: number; body: object }
  | { status: number; text: string; headers: object }
  | 'cut'
  | 'cut in mid-answer'
  | 'stalled in mid-answer'
  | 'stalled'
  | Buffer;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A Bot API server that answers call after call as told; the last answer holds for all further ones. */
async function telegram(...replies: Reply[]) {
  const calls: { headers: Record<string, string>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    calls.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString('latin1') });
    const next = replies.length > 1 ? replies.shift()! : replies[0]!;
    const reply = typeof next === 'function' ? await next(JSON.parse(calls.at(-1)!.body)) : next;
    if (reply === 'stalled') return;
    if (reply === 'cut') return request.socket.destroy();
    if (reply === 'cut in mid-answer' || reply === 'stalled in mid-answer') {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('{"ok":', () => reply === 'cut in mid-answer' && request.socket.destroy());
      return;
    }
    if (Buffer.isBuffer(reply)) return response.end(reply);
    if ('text' in reply) return response.writeHead(reply.status, { ...reply.headers }).end(reply.text);
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const port = (server.address() as AddressInfo).port;
  const busy: [string, number][] = [];
  const onBusy = (chatId: string, ms: number) => void busy.push([chatId, ms]);
  return { api: new TelegramApi({ token: TOKEN, apiRoot: `http://127.0.0.1:${port}`, onBusy }), calls, busy };
}

const refusal = (status: number, description: string, parameters?: object): Answer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
});
const fine = (result: unknown): Answer => ({ status: 200, body: { ok: true, result } });

async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => expect.unreachable('it did not fail'),
    (thrown) => thrown,
  );
  const everything = [String(error), error.stack, String(error.cause), JSON.stringify(error)].join();
  expect(everything).not.toContain('secret');
  return error;
}

const send = (api: TelegramApi) => api.send({ chatId: '-5' }, 'words of a user');
const edit = (api: TelegramApi) => api.edit('-5', '1', 'words of a user');

const HTML = '<html><body>secret</body></html>';
const foreign = (status: number, text = HTML, headers = {}): Reply => ({ status, text, headers });

test.each([
  [refusal(429, 'Too Many Requests', { retry_after: 7 }), { code: 'telegram_busy', retryAfterMs: 7_000 }],
  [foreign(429, HTML, { 'retry-after': '8' }), { code: 'telegram_busy', retryAfterMs: 8_000 }],
  [foreign(429), { code: 'telegram_busy', retryAfterMs: 1_000 }],
  [refusal(400, 'Bad Request: something else'), { code: 'telegram_refused', grade: 'final' }],
  [refusal(413, 'Request Entity Too Large'), { code: 'telegram_refused', grade: 'final' }],
  [foreign(413), { code: 'telegram_refused', grade: 'final' }],
  [foreign(413, '{"message":"too large"}'), { code: 'telegram_refused', grade: 'final' }],
  [foreign(413, 'null'), { code: 'telegram_refused', grade: 'final' }],
  [foreign(403), { code: 'telegram_refused', grade: 'final' }],
  [foreign(401), { code: 'telegram_refused', grade: 'final' }],
  [foreign(302), { code: 'telegram_refused', grade: 'final' }],
  [foreign(407), { code: 'telegram_unreachable', grade: 'retryable', message: expect.stringContaining('proxy') }],
  [refusal(401, 'Unauthorized'), { code: 'token_refused', grade: 'fatal' }],
  [refusal(404, 'Not Found: method not found'), { code: 'telegram_refused', grade: 'final' }],
] as const)('grades what a send meets: %j', async (reply, expected) => {
  const { api } = await telegram(reply as Reply);
  expect(await failure(send(api))).toMatchObject(expected);
});

test('a 404 is a refused token only when the bot asks who it is', async () => {
  const { api } = await telegram(refusal(404, 'Not Found'), foreign(404));
  expect(await failure(api.getMe())).toMatchObject({ code: 'token_refused', grade: 'fatal' });
  expect(await failure(api.getMe())).toMatchObject({ code: 'telegram_refused', grade: 'final' });
});

// Words of tdlib/telegram-bot-api and tdlib/td, and Telegram's own.
test.each([
  [403, 'Forbidden: bot was blocked by the user'],
  [403, 'Forbidden: bot was kicked from the supergroup chat'],
  [403, 'Forbidden: the group chat was deleted'],
  [403, 'Forbidden: user is deactivated'],
  [400, 'Bad Request: chat not found'],
  [400, 'Bad Request: have no write access to the chat'],
  [400, 'Bad Request: have no rights to send a message'],
  [400, 'Bad Request: need administrator rights in the channel chat'],
  [400, 'Bad Request: CHAT_WRITE_FORBIDDEN'],
  [400, 'Bad Request: CHAT_RESTRICTED'],
  [400, 'Bad Request: TOPIC_CLOSED'],
])('a chat is closed to the bot by: %i %s', async (status, words) => {
  const { api } = await telegram(refusal(status, words));
  expect(await failure(send(api))).toMatchObject({ code: 'chat_closed', grade: 'final' });
});

test.each([
  [400, 'Bad Request: not enough rights to send text messages to the chat'],
  [400, 'Bad Request: not enough rights to send photos to the chat'],
  [400, 'Bad Request: CHAT_SEND_PLAIN_FORBIDDEN'],
  [400, 'Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN'],
  [403, 'Forbidden: CHAT_SEND_PHOTOS_FORBIDDEN'],
  [403, 'Forbidden: not enough rights to send photos to the chat'],
])('a chat that does not take one kind of content is not closed: %i %s', async (status, words) => {
  const { api } = await telegram(refusal(status, words));
  for (const call of [send(api), edit(api)]) {
    expect(await failure(call)).toMatchObject({ code: 'telegram_refused', grade: 'final' });
  }
});

test('a message that was deleted as soon as it was sent is sent no more', async () => {
  const words = "Internal Server Error: sent message was immediately deleted and can't be returned";
  const { api } = await telegram(refusal(500, words));
  expect(await failure(send(api))).toMatchObject({ code: 'deleted_at_once', grade: 'final' });
});

test.each([refusal(500, 'Internal Server Error'), refusal(500, 'Internal Server Error: restart'), refusal(503, 'x')])(
  'a send that the Bot API server has not done may be repeated: %j',
  async (reply) => {
    const { api } = await telegram(reply);
    expect(await failure(send(api))).toMatchObject({ code: 'telegram_failed', grade: 'retryable' });
  },
);

test.each<[what: string, reply: Reply, expected: object, words: RegExp]>([
  ['refuses the token', refusal(401, 'Unauthorized'), { grade: 'fatal', code: 'token_refused' }, /Check BOT_TOKEN/],
  [
    'has nothing at that path',
    refusal(404, 'Not Found'),
    { grade: 'fatal', code: 'token_refused' },
    /404.*Check TELEGRAM_API_ROOT and BOT_TOKEN/,
  ],
  ['refuses with a page', foreign(404), { grade: 'final' }, /404.*Check TELEGRAM_API_ROOT and BOT_TOKEN/],
  ['shows a page', foreign(200), { grade: 'retryable' }, /no Bot API server\. Check TELEGRAM_API_ROOT and BOT_TOKEN/],
  [
    'has logged the bot out',
    refusal(400, 'Logged out'),
    { grade: 'retryable' },
    /logged out.*10 minutes.*TELEGRAM_API_ROOT/,
  ],
  [
    'has a wrong api_id',
    refusal(401, 'Unauthorized: invalid api-id/api-hash'),
    { grade: 'fatal' },
    /Check api_id and api_hash of your Bot API server/,
  ],
])('says what to check if the server %s', async (_, reply, expected, words) => {
  const { api } = await telegram(reply);
  const error = await failure(api.getMe());
  expect(error).toMatchObject(expected);
  expect(error.message).toMatch(words);
});

test.each([
  refusal(500, 'Internal Server Error: request aborted'),
  refusal(502, 'Bad Gateway'),
  refusal(504, 'Gateway Timeout'),
  foreign(500),
  foreign(502),
  foreign(503),
  foreign(200),
  foreign(200, 'null'),
  'cut' as const,
  'cut in mid-answer' as const,
])('after %j nobody knows whether a send was done; an edit may be repeated', async (reply) => {
  const { api } = await telegram(reply);
  expect(await failure(send(api))).toMatchObject({ code: 'delivery_unknown', grade: 'final' });
  expect(await failure(edit(api))).toMatchObject({ grade: 'retryable' });
});

/** The root of a server that takes connections, and does `then` with each. */
async function listening(then: (socket: Socket) => void, scheme = 'http'): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    then(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () => server.close(),
    () => {
      for (const socket of sockets) socket.destroy();
    },
  );
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each<[string, () => string | Promise<string>]>([
  ['a server that is not there', () => 'http://127.0.0.1:9'],
  ['a name that is not found', () => 'https://nowhere.invalid'],
  ['TLS that is broken off', () => listening((socket) => socket.destroy(), 'https')],
  ['a server without TLS', () => listening((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), 'https')],
])('a send that met %s never went out, and may be repeated', async (_, open) => {
  const api = new TelegramApi({ token: TOKEN, apiRoot: await open(), onBusy() {} });
  expect(await failure(send(api))).toMatchObject({ code: 'telegram_unreachable', grade: 'retryable' });
  expect(await failure(api.download('f', 10))).toMatchObject({ grade: 'retryable' });
});

test('a send that waited in vain for TLS never went out', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const connected = Promise.withResolvers<void>();
  const api = new TelegramApi({
    token: TOKEN,
    apiRoot: await listening(() => connected.resolve(), 'https'),
    onBusy() {},
  });
  const given = failure(send(api));
  await connected.promise;
  vi.advanceTimersByTime(15_000);
  expect(await given).toMatchObject({ code: 'telegram_unreachable', grade: 'retryable' });
});

test('a send on a connection that was used before may have gone out', async () => {
  const { api } = await telegram(fine({ message_id: 8 }), 'cut');
  expect(await send(api)).toBe('8');
  expect(await failure(send(api))).toMatchObject({ code: 'delivery_unknown' });
});

test('tells which chat to leave alone, and how long', async () => {
  const { api, busy } = await telegram(refusal(429, 'Too Many Requests', { retry_after: 7 }));
  await failure(send(api));
  expect(busy).toEqual([['-5', 7_000]]);
});

const MOVED = refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1005 });

test('goes on under the new id of a group that moved, now and later, without ids of the old one', async () => {
  const { api, calls } = await telegram(MOVED, fine({ message_id: 8 }));
  const ofOld = { chatId: '-5', replyTo: '17' };
  expect(await api.send(ofOld, 'words')).toBe('8');
  expect(await api.send(ofOld, 'words')).toBe('8');
  expect(await api.edit('-5', '3', 'words')).toBe('gone');
  expect(await api.editIntoPicture({ chatId: '-5', messageId: '3' }, Buffer.from('x'), 'words')).toBe('gone');
  await api.delete('-5', '3');
  expect(await api.send({ chatId: '-1005', replyTo: '4' }, 'words')).toBe('8');
  expect(
    calls.map(({ body }) => JSON.parse(body)).map((body) => [body.chat_id, body.reply_parameters?.message_id]),
  ).toEqual([
    [-5, 17],
    [-1005, undefined],
    [-1005, undefined],
    [-1005, 4],
  ]);
});

test('all that is on its way to a group while it moves arrives', async () => {
  const bothAreThere = Promise.withResolvers<void>();
  const { api, calls } = await telegram(async ({ chat_id }) => {
    if (chat_id !== -5) return fine({ message_id: 8 });
    if (calls.length === 2) bothAreThere.resolve();
    await bothAreThere.promise;
    return MOVED;
  });
  expect(await Promise.all([api.send({ chatId: '-5' }, 'a'), api.send({ chatId: '-5' }, 'b')])).toEqual(['8', '8']);
});

test('what is said in a topic that is gone is said once more without it, as a reply', async () => {
  const gone = refusal(400, 'Bad Request: message thread not found');
  const { api, calls } = await telegram(gone, fine({ message_id: 8 }), gone);
  const to = { chatId: '-5', replyTo: '17', topicId: '3' };
  expect(await api.send(to, 'words')).toBe('8');
  expect(calls.map(({ body }) => JSON.parse(body))).toMatchObject([
    { message_thread_id: 3, reply_parameters: { message_id: 17 } },
    { reply_parameters: { message_id: 17 } },
  ]);
  expect(JSON.parse(calls[1]!.body)).not.toHaveProperty('message_thread_id');
  expect(await failure(api.send(to, 'words'))).toMatchObject({ code: 'telegram_refused' });
  expect(calls).toHaveLength(4);
});

test('a picture of a spoiler is one, new or in the place of another', async () => {
  const { api, calls } = await telegram(fine({ message_id: 3 }));
  for (const spoiler of [true, undefined]) {
    const to = { chatId: '5', ...(spoiler && { spoiler }) };
    await api.sendPicture(to, Buffer.from('x'), 'words');
    await api.editIntoPicture({ ...to, messageId: '3' }, Buffer.from('x'), 'words');
  }
  expect(calls.map(({ body }) => body.includes('has_spoiler'))).toEqual([true, true, false, false]);
});

test.each([
  ['message is not modified: specified new message content is the same', 'edited'],
  ['there is no text in the message to edit', 'edited'],
  ['message to edit not found', 'gone'],
  ["message can't be edited", 'gone'],
])('an edit that meets "%s" is %s', async (description, expected) => {
  const { api } = await telegram(refusal(400, `Bad Request: ${description}`));
  expect(await edit(api)).toBe(expected);
});

test('a new picture goes out with its caption and as a reply', async () => {
  const { api, calls } = await telegram(fine({ message_id: 3 }));
  await api.sendPicture({ chatId: '5', replyTo: '17' }, Buffer.from('picture bytes'), 'the caption');
  expect(calls[0]?.body).toContain('picture bytes');
  expect(calls[0]?.body).toContain('the caption');
  expect(calls[0]?.body).toContain('{"message_id":17,"allow_sending_without_reply":true}');
});

test('a message makes a sound unless it is to be silent', async () => {
  const { api, calls } = await telegram(fine({ message_id: 3 }));
  await api.send({ chatId: '5', silent: true }, 'words');
  await api.send({ chatId: '5' }, 'words');
  expect(calls.map(({ body }) => JSON.parse(body).disable_notification)).toEqual([true, undefined]);
});

test('a message is deleted; one that is gone is deleted already', async () => {
  const gone = refusal(400, 'Bad Request: message to delete not found');
  const { api, calls } = await telegram(fine(true), gone, refusal(400, "Bad Request: message can't be deleted"));
  await api.delete('-5', '17');
  await api.delete('-5', '17');
  expect(await failure(api.delete('-5', '17'))).toMatchObject({ code: 'telegram_refused' });
  expect(JSON.parse(calls[0]!.body)).toEqual({ chat_id: -5, message_id: 17 });
});

const BUTTON = { text: 'Да, «всем»', data: 'adults' };
const KEYBOARD = { inline_keyboard: [[{ text: 'Да, «всем»', callback_data: 'adults' }]] };
const ADDRESS = { chatId: '5', replyTo: '17' };

test.each<[string, (api: TelegramApi, button?: typeof BUTTON) => Promise<unknown>]>([
  ['sent', (api, button) => api.send(ADDRESS, 'words', button)],
  ['edited', (api, button) => api.edit('5', '17', 'words', button)],
  ['sent with a picture', (api, button) => api.sendPicture(ADDRESS, Buffer.from('bytes'), 'words', button)],
  [
    'edited into a picture',
    (api, button) => api.editIntoPicture({ chatId: '5', messageId: '17' }, Buffer.from('bytes'), 'words', button),
  ],
])('a message that is %s has the button it is given, else none', async (_, say) => {
  const { api, calls } = await telegram(fine({ message_id: 3 }));
  await say(api, BUTTON);
  await say(api);
  const markups = calls.map(async ({ headers, body }) => {
    if (headers['content-type'] === 'application/json')
      return JSON.parse(Buffer.from(body, 'latin1').toString()).reply_markup;
    const form = await new Response(Buffer.from(body, 'latin1'), { headers }).formData();
    return form.has('reply_markup') ? JSON.parse(String(form.get('reply_markup'))) : undefined;
  });
  expect(await Promise.all(markups)).toEqual([KEYBOARD, undefined]);
});

test('a press is answered in passing by few words, and by more in a window that stays', async () => {
  const { api, calls } = await telegram(fine(true));
  await api.answerPress('77', "I'm looking at it again.");
  await api.answerPress('78', 'Something is down on my side. Press again a little later.');
  const asked = calls.map(({ body }) => JSON.parse(body));
  expect(asked).toMatchObject([
    { callback_query_id: '77', text: "I'm looking at it again.", show_alert: false },
    { callback_query_id: '78', show_alert: true },
  ]);
});

test('asks for messages and pressed buttons, by polling and by webhook', async () => {
  const { api, calls } = await telegram(fine([]));
  await api.getUpdates(0, 0, AbortSignal.timeout(10_000));
  await api.setWebhook('https://bot.example/updates', 'secret');
  const allowed = calls.map(({ body }) => JSON.parse(body).allowed_updates);
  expect(allowed).toEqual([
    ['message', 'callback_query'],
    ['message', 'callback_query'],
  ]);
});

test('a picture that replaces a text goes out as a file of the form that holds its caption', async () => {
  const { api, calls } = await telegram(fine(true));
  const caption = 'Лицо «1»: 6.3\r\n--end';
  expect(await api.editIntoPicture({ chatId: '5', messageId: '17' }, Buffer.from('picture bytes'), caption)).toBe(
    'edited',
  );
  const [{ headers, body }] = calls as [(typeof calls)[0]];
  const form = await new Response(Buffer.from(body, 'latin1'), { headers }).formData();
  expect(form.get('chat_id')).toBe('5');
  expect(form.get('message_id')).toBe('17');
  const media = JSON.parse(String(form.get('media')));
  expect(media).toEqual({ type: 'photo', media: expect.stringMatching(/^attach:\/\//), caption });
  const file = form.get(media.media.slice('attach://'.length)) as File;
  expect(await file.text()).toBe('picture bytes');
});

test('waits for an answer no longer than it is told to, also in mid-answer', async () => {
  const enough = new AbortController();
  const { api } = await telegram('stalled in mid-answer');
  const updates = failure(api.getUpdates(0, 30, enough.signal));
  setTimeout(() => enough.abort(), 50);
  expect(await updates).toMatchObject({ code: 'telegram_unreachable' });
});

test('gives up an answer that does not come in time, in its midst too', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { api, calls } = await telegram('stalled in mid-answer', 'stalled');
  for (const asked of [1, 2]) {
    const given = failure(edit(api));
    await expect.poll(() => calls.length).toBe(asked);
    vi.advanceTimersByTime(15_000);
    expect(await given).toMatchObject({ code: 'telegram_unreachable' });
  }
});

test('an answer that came leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { api } = await telegram(fine(true));
  expect(await edit(api)).toBe('edited');
  await expect.poll(() => vi.getTimerCount()).toBe(0);
});

test('stops a download at the limit', async () => {
  const path = fine({ file_id: 'f', file_unique_id: 'u', file_path: 'photos/1.jpg' });
  const { api } = await telegram(path, Buffer.alloc(2_000_000), path, Buffer.from('small'));
  expect(await failure(api.download('f', 1_000_000))).toMatchObject({ code: 'file_too_large', grade: 'final' });
  expect(String(await api.download('f', 1_000_000))).toBe('small');
});

test('tells a file that is gone from one that is too large and one to ask for again', async () => {
  const gone = await telegram(refusal(400, 'Bad Request: wrong file_id'));
  expect(await failure(gone.api.download('f', 10))).toMatchObject({ code: 'file_gone', grade: 'final' });
  const large = await telegram(refusal(400, 'Bad Request: file is too big'));
  expect(await failure(large.api.download('f', 10))).toMatchObject({ code: 'file_too_large', grade: 'final' });
  const later = await telegram(refusal(400, 'Bad Request: file is temporarily unavailable'));
  expect(await failure(later.api.download('f', 10))).toMatchObject({ grade: 'retryable' });
});
