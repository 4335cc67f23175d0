import { describe, expect } from 'vitest';
import { clients, failureOf } from './bot-client.ts';
import { picture } from './pictures.ts';
import { sandboxTest } from './sandbox-test.ts';

describe.each(Object.entries(clients))('a sandbox that refuses a call of %s', (_name, createClient) => {
  const it = sandboxTest(createClient);

  it('answers with code and description as Telegram does', async ({ bot, user }) => {
    const chat = await user.openChat();
    const { message_id } = await bot.call('sendMessage', { ...chat, text: 'text' });
    const place = { ...chat, message_id };
    const photo = async (width: number, height: number) => bot.file(await picture(width, height), 'p.jpg');
    const large = bot.file(Buffer.alloc(10 * 1024 * 1024 + 1), 'p.jpg');
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
      ['sendPhoto', { ...chat, photo: large }, /is too big for a photo/],
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
      expect(description.replace('Bad Request: ', '')).toMatch(expected);
    }
  });

  it('refuses to hand out files over 20 MB', async ({ bot, user }) => {
    await user.send({ document: new File([Buffer.alloc(20 * 1024 * 1024 + 1)], 'big.bin') });
    const [{ message }] = await bot.call('getUpdates');
    const refusal = await failureOf(bot, bot.call('getFile', { file_id: message.document.file_id }));
    expect(refusal).toMatchObject({ code: 400, description: 'Bad Request: file is too big' });
  });

  it('fails exactly as many calls as a test has ordered', async ({ bot, user }) => {
    const chat = await user.openChat();
    const send = () => bot.call('sendMessage', { ...chat, text: 'x' });
    await user.orderFault({ method: 'sendMessage', kind: 'error', error_code: 429, retry_after: 7, times: 2 });
    const tooMany = { code: 429, description: 'Too Many Requests: retry after 7', retryAfter: 7 };
    expect(await failureOf(bot, send())).toEqual(tooMany);
    expect(await failureOf(bot, send())).toMatchObject({ code: 429 });
    await user.orderFault({ chatId: user.chatId, kind: 'error', error_code: 403 });
    const blocked = { code: 403, description: 'Forbidden: bot was blocked by the user' };
    expect(await failureOf(bot, send())).toMatchObject(blocked);
    await user.orderFault({ kind: 'error', error_code: 502 });
    expect(await failureOf(bot, send())).toMatchObject({ code: 502, description: 'Bad Gateway' });
    expect(await user.botTexts()).toEqual([]);
    await user.orderFault({ kind: 'error', error_code: 500, times: 100 });
    await fetch(`${user.url}/api/faults`, { method: 'DELETE' });
    await send();
    expect(await user.botTexts()).toEqual(['x']);
  });

  it('does the work and gives no answer if a test has ordered that', async ({ bot, user }) => {
    const chat = await user.openChat();
    await user.orderFault({ method: 'sendMessage', kind: 'drop-after' });
    const { code } = await failureOf(bot, bot.call('sendMessage', { ...chat, text: 'delivered' }));
    expect(code).toBeUndefined();
    expect(await user.botTexts()).toEqual(['delivered']);
  });
});
