import { describe, expect } from 'vitest';
import { picture } from './pictures.ts';
import type { RawBot } from './raw-bot.ts';
import { rawBotTest } from './sandbox-test.ts';
import { User } from './user.ts';

const SUPERGROUP = -1_001_234_567_890;
const CALLS = ['sendMessage', 'sendPhoto', 'editMessageMedia', 'editMessageText', 'sendChatAction'];

/** The bot may write to `user`, and knows the file of a photo. */
const it = rawBotTest
  .extend('user', ({ sandbox }) => new User(sandbox.url, 9))
  .extend('photo', { auto: true }, async ({ bot, user }) => {
    await user.sendPhoto(await picture(60, 40));
    return (await bot.updates())[0].message.photo[0].file_id;
  })
  .extend('open', ({ sandbox, bot, photo }) => async (chatId: number) => {
    const chat = new User(sandbox.url, chatId);
    if (chatId < 0) await chat.setUp({});
    const { message_id } = await bot.call('sendMessage', { chat_id: chatId, text: 'wait' });
    return { chat, attempt: attemptsIn({ chat_id: chatId, message_id }, bot, photo) };
  });

/** Makes calls in one chat. Resolves to `done`, or code and description, for each. */
function attemptsIn(place: { chat_id: number; message_id: number }, bot: RawBot, photo: string) {
  const media = { type: 'photo', media: photo };
  return (...methods: string[]) =>
    Promise.all(
      methods.map(async (method) => {
        const { status, body } = await bot.ask(method, { ...place, text: method, photo, media, action: 'typing' });
        return body.ok ? 'done' : `${status} ${body.description}`;
      }),
    );
}

describe('a bot without a right', () => {
  it('to send photos may send and edit texts', async ({ bot, open }) => {
    const { chat, attempt } = await open(SUPERGROUP);
    await chat.setUp({ permissions: { can_send_photos: false } });
    const words = '400 Bad Request: not enough rights to send photos to the chat';
    expect(await attempt(...CALLS)).toEqual(['done', words, words, 'done', 'done']);
    expect(await bot.call('getChat', { chat_id: SUPERGROUP })).toMatchObject({
      permissions: { can_send_messages: true, can_send_photos: false },
    });
  });

  it('to send texts may send photos, and edit its older texts', async ({ open }) => {
    const { chat, attempt } = await open(SUPERGROUP);
    await chat.setUp({ permissions: { can_send_messages: false } });
    const words = '400 Bad Request: not enough rights to send text messages to the chat';
    expect(await attempt('sendMessage', 'sendPhoto', 'editMessageText')).toEqual([words, 'done', 'done']);
  });

  it.for([
    ['can_send_photos', 'CHAT_SEND_PHOTOS_FORBIDDEN', 'sendPhoto'],
    ['can_send_messages', 'CHAT_SEND_PLAIN_FORBIDDEN', 'sendMessage'],
  ] as const)(
    'gets another description while the Bot API server has not noticed: %s',
    async ([right, code, method], { open }) => {
      const { chat, attempt } = await open(SUPERGROUP);
      await chat.setUp({ permissions: { [right]: 'unnoticed' } });
      expect(await attempt(method)).toEqual([`400 Bad Request: ${code}`]);
    },
  );

  it('has it again as an administrator, or when it is given back', async ({ open }) => {
    const { chat, attempt } = await open(SUPERGROUP);
    await chat.setUp({ permissions: { can_send_photos: false }, bot_status: 'administrator' });
    expect(await attempt('sendPhoto')).toEqual(['done']);
    await chat.setUp({ bot_status: 'member' });
    expect(await attempt('sendPhoto')).not.toEqual(['done']);
    await chat.setUp({ permissions: { can_send_photos: true } });
    expect(await attempt('sendPhoto')).toEqual(['done']);
  });

  it('to write to a user who blocked it gets my_chat_member, and may still delete', async ({ bot, user, open }) => {
    const { attempt } = await open(9);
    await user.setUp({ bot_status: 'kicked' });
    expect((await bot.updates()).at(-1)).toMatchObject({
      my_chat_member: { chat: { id: 9 }, from: { id: 9 }, new_chat_member: { status: 'kicked' } },
    });
    const words = '403 Forbidden: bot was blocked by the user';
    expect(await attempt(...CALLS)).toEqual(CALLS.map(() => words));
    expect(await attempt('deleteMessage')).toEqual(['done']);
    await expect(user.send({ text: 'x' })).rejects.toThrow('blocked');
    await user.setUp({ bot_status: 'member' });
    expect(await attempt('sendMessage')).toEqual(['done']);
  });

  it('to write to a user with a deleted account is refused', async ({ user, open }) => {
    const { attempt } = await open(9);
    await user.setUp({ is_deactivated: true });
    expect(await attempt(...CALLS)).toEqual(CALLS.map(() => '403 Forbidden: user is deactivated'));
  });

  it.for([
    [-5, 'kicked', '403 Forbidden: bot was kicked from the group chat'],
    [-5, 'left', '403 Forbidden: bot is not a member of the group chat'],
    [SUPERGROUP, 'kicked', '403 Forbidden: bot was kicked from the supergroup chat'],
    [SUPERGROUP, 'left', '403 Forbidden: bot is not a member of the supergroup chat'],
  ] as const)(
    'in group %i, which it was %s, gets nothing from there',
    async ([chatId, bot_status, words], { bot, open }) => {
      const { chat, attempt } = await open(chatId);
      await chat.setUp({ bot_status });
      await bot.updates();
      expect(await attempt(...CALLS)).toEqual(CALLS.map(() => words));
      await chat.send({ user_id: '7', text: '/start@attrai_sandbox_bot' });
      expect(await bot.updates()).toEqual([]);
    },
  );
});
