import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { type BotClient, clients, failureOf } from './bot-client.ts';
import { picture } from './pictures.ts';
import { User } from './user.ts';

const TOKEN = '4242:test_token-1';

describe.each(Object.entries(clients))('%s against a sandbox that refuses', (_name, createClient) => {
  let sandbox: Sandbox;
  let bot: BotClient;
  let user: User;

  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0, token: TOKEN });
    bot = createClient(sandbox.apiRoot, TOKEN);
    user = new User(sandbox.url);
  });
  afterEach(() => sandbox.close());

  it('is refused like Telegram refuses', async () => {
    const chat = await user.openChat();
    const { message_id } = await bot.call('sendMessage', { ...chat, text: 'text' });
    const place = { ...chat, message_id };
    const photo = async (width: number, height: number) => bot.file(await picture(width, height), 'p.jpg');
    const refusals: [method: string, params: Record<string, unknown>, description: string | RegExp][] = [
      ['sendMessage', { chat_id: 99, text: 'x' }, 'chat not found'],
      ['sendMessage', { ...chat, text: ' ' }, 'message text is empty'],
      ['sendMessage', { ...chat, text: 'x'.repeat(4097) }, 'message is too long'],
      ['sendMessage', { ...chat, text: '<b>x', parse_mode: 'HTML' }, /^can't parse entities: /],
      ['sendMessage', { ...chat, text: 'x', reply_parameters: { message_id: 1 } }, 'message to be replied not found'],
      ['sendPhoto', { ...chat, photo: 'no-such-file' }, /^wrong file identifier/],
      ['sendPhoto', { ...chat, photo: 'http://example.org/x.jpg' }, /^failed to get HTTP URL content/],
      ['sendPhoto', { ...chat, photo: bot.file(Buffer.from('text'), 'p.jpg') }, 'IMAGE_PROCESS_FAILED'],
      ['sendPhoto', { ...chat, photo: await photo(2100, 100) }, 'PHOTO_INVALID_DIMENSIONS'],
      [
        'sendPhoto',
        { ...chat, photo: bot.file(Buffer.alloc(10 * 1024 * 1024 + 1), 'p.jpg') },
        /is too big for a photo/,
      ],
      ['sendPhoto', { ...chat, photo: await photo(9, 9), caption: 'x'.repeat(1025) }, 'message caption is too long'],
      ['sendChatAction', { ...chat, action: 'dancing' }, 'wrong parameter action in request'],
      ['editMessageText', { ...chat, message_id: 1, text: 'x' }, 'message to edit not found'],
      ['editMessageText', { ...chat, message_id: message_id - 1, text: 'x' }, "message can't be edited"],
      ['editMessageCaption', { ...place, caption: 'x' }, 'there is no caption in the message to edit'],
      ['deleteMessage', { ...chat, message_id: 1 }, 'message to delete not found'],
      ['getFile', { file_id: 'no-such-file' }, /^wrong file_id/],
      ['setMyCommands', { commands: [{ command: 'Not OK', description: 'x' }] }, 'BOT_COMMAND_INVALID'],
    ];
    for (const [method, params, expected] of refusals) {
      const { code, description } = await failureOf(bot, bot.call(method, params));
      expect(code, method).toBe(400);
      const said = description.replace('Bad Request: ', '');
      if (typeof expected === 'string') expect(said).toBe(expected);
      else expect(said).toMatch(expected);
    }
  });

  it("can't download files over 20 MB", async () => {
    await user.send({ document: new File([Buffer.alloc(20 * 1024 * 1024 + 1)], 'big.bin') });
    const [{ message }] = await bot.call('getUpdates');
    expect(await failureOf(bot, bot.call('getFile', { file_id: message.document.file_id }))).toMatchObject({
      code: 400,
      description: 'Bad Request: file is too big',
    });
  });

  it('fails on demand, as often as ordered and no more', async () => {
    const chat = await user.openChat();
    const send = () => bot.call('sendMessage', { ...chat, text: 'x' });
    await order({ method: 'sendMessage', kind: 'error', error_code: 429, retry_after: 7, times: 2 });
    expect(await failureOf(bot, send())).toEqual({
      code: 429,
      description: 'Too Many Requests: retry after 7',
      retryAfter: 7,
    });
    expect(await failureOf(bot, send())).toMatchObject({ code: 429 });
    await order({ chatId: user.chatId, kind: 'error', error_code: 403 });
    expect(await failureOf(bot, send())).toMatchObject({
      code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    await order({ kind: 'error', error_code: 502 });
    expect(await failureOf(bot, send())).toMatchObject({ code: 502, description: 'Bad Gateway' });
    expect(await user.botTexts()).toEqual([]);
    await order({ kind: 'error', error_code: 500, times: 100 });
    await fetch(`${sandbox.url}/api/faults`, { method: 'DELETE' });
    await send();
    expect(await user.botTexts()).toEqual(['x']);
  });

  it('gets no answer though the work was done, when that is ordered', async () => {
    const chat = await user.openChat();
    await order({ method: 'sendMessage', kind: 'drop-after' });
    expect(await failureOf(bot, bot.call('sendMessage', { ...chat, text: 'delivered' }))).toMatchObject({
      code: undefined,
    });
    expect(await user.botTexts()).toEqual(['delivered']);
  });

  async function order(fault: object) {
    const response = await fetch(`${sandbox.url}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    expect(response.status).toBe(201);
  }
});
