import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { picture } from './pictures.ts';
import { RawBot } from './raw-bot.ts';
import { User } from './user.ts';

const SUPERGROUP = -1_001_234_567_890;

describe('a bot that may not', () => {
  let sandbox: Sandbox;
  let bot: RawBot;
  let user: User;
  let photo: string;
  let place: { chat_id: number; message_id: number };

  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0, token: '4242:test_token-1' });
    bot = new RawBot(sandbox.apiRoot);
    user = new User(sandbox.url, 9);
    await user.sendPhoto(await picture(60, 40));
    const [{ message }] = await bot.updates();
    photo = message.photo[0].file_id;
  });
  afterEach(() => sandbox.close());

  async function openGroup(chatId: number): Promise<User> {
    const group = new User(sandbox.url, chatId);
    await group.setUp({});
    const { message_id } = await bot.call('sendMessage', { chat_id: chatId, text: 'wait' });
    place = { chat_id: chatId, message_id };
    return group;
  }

  const refusals = async (calls: [method: string, params: object][]) =>
    Promise.all(
      calls.map(async ([method, params]) => {
        const { status, body } = await bot.ask(method, { ...place, ...params });
        return body.ok ? 'done' : `${status} ${body.description}`;
      }),
    );

  const CALLS: [string, object][] = [
    ['sendMessage', { text: 'x' }],
    ['sendPhoto', {}],
    ['editMessageMedia', {}],
    ['editMessageText', { text: 'done' }],
    ['sendChatAction', { action: 'typing' }],
  ];
  const calls = () =>
    CALLS.map(([method, params]): [string, object] => {
      const media = { type: 'photo', media: photo };
      return [
        method,
        { ...params, ...(method === 'sendPhoto' && { photo }), ...(method === 'editMessageMedia' && { media }) },
      ];
    });

  it('send photos where they are forbidden may send and edit texts', async () => {
    await (await openGroup(SUPERGROUP)).setUp({ permissions: { can_send_photos: false } });
    const words = '400 Bad Request: not enough rights to send photos to the chat';
    expect(await refusals(calls())).toEqual(['done', words, words, 'done', 'done']);
    expect(await bot.call('getChat', place)).toMatchObject({
      permissions: { can_send_messages: true, can_send_photos: false },
    });
  });

  it('send texts where they are forbidden may send photos, and edit what it sent before', async () => {
    await (await openGroup(SUPERGROUP)).setUp({ permissions: { can_send_messages: false } });
    const words = '400 Bad Request: not enough rights to send text messages to the chat';
    expect(await refusals(calls().slice(0, 2))).toEqual([words, 'done']);
    expect(await refusals([['editMessageText', { text: 'done' }]])).toEqual(['done']);
  });

  it.each([
    ['can_send_photos', 'CHAT_SEND_PHOTOS_FORBIDDEN', 'sendPhoto'],
    ['can_send_messages', 'CHAT_SEND_PLAIN_FORBIDDEN', 'sendMessage'],
  ])('is told so by Telegram itself while its Bot API server has not noticed: %s', async (right, code, method) => {
    await (await openGroup(SUPERGROUP)).setUp({ permissions: { [right]: 'unnoticed' } });
    expect(await refusals(calls().filter(([name]) => name === method))).toEqual([`400 Bad Request: ${code}`]);
  });

  it('send photos may again when it is an administrator, or when they are allowed', async () => {
    const group = await openGroup(SUPERGROUP);
    await group.setUp({ permissions: { can_send_photos: false }, bot_status: 'administrator' });
    expect(await refusals([['sendPhoto', { photo }]])).toEqual(['done']);
    await group.setUp({ bot_status: 'member' });
    expect(await refusals([['sendPhoto', { photo }]])).not.toEqual(['done']);
    await group.setUp({ permissions: { can_send_photos: true } });
    expect(await refusals([['sendPhoto', { photo }]])).toEqual(['done']);
  });

  it('write to who blocked it is told of the blocking, and may still delete', async () => {
    const { message_id } = await bot.call('sendMessage', { chat_id: 9, text: 'wait' });
    place = { chat_id: 9, message_id };
    await user.setUp({ bot_status: 'kicked' });
    expect((await bot.updates()).at(-1)).toMatchObject({
      my_chat_member: { chat: { id: 9 }, from: { id: 9 }, new_chat_member: { status: 'kicked' } },
    });
    const words = '403 Forbidden: bot was blocked by the user';
    expect(await refusals(calls())).toEqual(CALLS.map(() => words));
    expect(await refusals([['deleteMessage', {}]])).toEqual(['done']);
    await expect(user.send({ text: 'x' })).rejects.toThrow('blocked');
    await user.setUp({ bot_status: 'member' });
    expect(await refusals([['sendMessage', { text: 'x' }]])).toEqual(['done']);
  });

  it('write to who has no account any more', async () => {
    const { message_id } = await bot.call('sendMessage', { chat_id: 9, text: 'wait' });
    place = { chat_id: 9, message_id };
    await user.setUp({ is_deactivated: true });
    expect(await refusals(calls())).toEqual(CALLS.map(() => '403 Forbidden: user is deactivated'));
  });

  it.each([
    [-5, 'kicked', '403 Forbidden: bot was kicked from the group chat'],
    [-5, 'left', '403 Forbidden: bot is not a member of the group chat'],
    [SUPERGROUP, 'kicked', '403 Forbidden: bot was kicked from the supergroup chat'],
    [SUPERGROUP, 'left', '403 Forbidden: bot is not a member of the supergroup chat'],
  ])('do anything in %i, where it was %s, hears nothing from there', async (chatId, bot_status, words) => {
    const group = await openGroup(chatId);
    await group.setUp({ bot_status });
    await bot.updates();
    expect(await refusals(calls())).toEqual(CALLS.map(() => words));
    await group.send({ user_id: '7', text: '/start@attrai_sandbox_bot' });
    expect(await bot.updates()).toEqual([]);
  });
});
