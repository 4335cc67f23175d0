import { describe, expect } from 'vitest';
import { picture } from './pictures.ts';
import { rawBotTest } from './sandbox-test.ts';
import { form, User } from './user.ts';

const ANNA = { user_id: '7' };
const ME = '@attrai_sandbox_bot';

/** The bot is a plain member of `group`. `send` is Anna's, `answer` is the bot's. */
const it = rawBotTest
  .extend('group', async ({ sandbox, bot }) => {
    const group = new User(sandbox.url, -1_001_234_567_890);
    await group.setUp({ title: 'Friends' });
    await bot.updates();
    return group;
  })
  .extend('send', ({ group }) => {
    return (text: string, fields: Record<string, string> = {}) => group.send({ ...ANNA, text, ...fields });
  })
  .extend(
    'answer',
    ({ bot, group }) =>
      () =>
        bot.call('sendMessage', { chat_id: group.chatId, text: 'answer' }),
  );

describe('a bot in a group', () => {
  it('gets my_chat_member and new_chat_members when it is added', async ({ sandbox, bot }) => {
    const other = new User(sandbox.url, -5);
    await other.setUp({ title: 'Family', user_id: 7 });
    expect(await bot.updates()).toMatchObject([
      {
        my_chat_member: {
          chat: { id: -5, type: 'group', title: 'Family' },
          from: { id: 7 },
          old_chat_member: { status: 'left' },
          new_chat_member: { status: 'member', user: { id: 4242 } },
        },
      },
      { message: { new_chat_members: [{ id: 4242 }], from: { id: 7 } } },
    ]);
  });

  describe('with privacy mode, which is on for a new bot', () => {
    it('has can_read_all_group_messages false', async ({ bot }) => {
      expect(await bot.call('getMe')).toMatchObject({ can_read_all_group_messages: false });
    });

    it('gets commands that name it, in texts and captions, and no other messages', async ({ bot, group, send }) => {
      for (const text of ['hi', `hi ${ME}`, '/score', '/score@other_bot', 'and/or']) await send(text);
      await group.sendPhoto(await picture(60, 40), ANNA);
      await send(`/score${ME}`);
      await send(`now /score${ME.toUpperCase()}`);
      await group.sendPhoto(await picture(60, 40), { ...ANNA, text: `/score${ME}` });
      expect(await bot.heard()).toEqual([`/score${ME}`, `now /score${ME.toUpperCase()}`, `/score${ME}`]);
    });

    it('gets a command without a bot name if no other bot has written after it', async ({ bot, send, answer }) => {
      await answer();
      await send('/one');
      await send('what another bot says', { as: 'bot' });
      await send('/two');
      await answer();
      await send('/three');
      expect(await bot.heard()).toEqual(['/one', '/three']);
    });

    it('gets replies to its messages, and messages sent via it', async ({ bot, send, answer }) => {
      const { message_id } = await answer();
      const first = await send('hi');
      await send('to Anna', { reply_to: String(first) });
      await send('to the bot', { reply_to: String(message_id) });
      await send('via the bot', { via_bot: 'true' });
      expect(await bot.updates()).toMatchObject([
        { message: { text: 'to the bot', reply_to_message: { message_id, from: { id: 4242 } } } },
        { message: { text: 'via the bot', via_bot: { id: 4242 } } },
      ]);
    });

    it('gets only the photo with the command from an album', async ({ bot, group }) => {
      const album = { ...ANNA, media_group_id: 'a' };
      await group.sendPhoto(await picture(60, 40), { ...album, text: `/score${ME}` });
      await group.sendPhoto(await picture(60, 40), album);
      expect(await bot.updates()).toMatchObject([{ message: { caption: `/score${ME}`, media_group_id: 'a' } }]);
    });

    it('gets the photo that a command replies to, though it was not sent that before', async ({ bot, group, send }) => {
      const photo = await group.sendPhoto(await picture(640, 480), ANNA);
      await send(`/score${ME}`, { reply_to: String(photo) });
      const [{ message }] = await bot.updates();
      expect(message.reply_to_message).toMatchObject({ message_id: photo, from: { id: 7 } });
      expect(message.reply_to_message.photo.at(-1)).toMatchObject({ width: 640, height: 480 });
      await bot.call('getFile', { file_id: message.reply_to_message.photo.at(-1)!.file_id });
    });

    it('gets edits by the same rule, and the page shows what it does not get', async ({ bot, group, send }) => {
      const id = await send('hi');
      expect(await group.message(id)).toMatchObject({ hidden: true });
      for (const text of ['ho', `/score${ME}`]) await group.edit(id, text);
      expect(await bot.updates()).toMatchObject([{ edited_message: { text: `/score${ME}` } }]);
      expect(await group.message(id)).not.toHaveProperty('hidden');
    });
  });

  it('gets all messages without privacy mode, or as an administrator', async ({ bot, group, send }) => {
    await group.set({ privacy_mode: false });
    expect(await bot.call('getMe')).toMatchObject({ can_read_all_group_messages: true });
    await send('one');
    await group.set({ privacy_mode: true });
    await send('two');
    await group.setUp({ bot_status: 'administrator' });
    await send('three');
    expect(await bot.heard()).toEqual(['one', 'my_chat_member', 'three']);
    const member = await bot.call('getChatMember', { chat_id: group.chatId, user_id: 4242 });
    expect(member.status).toBe('administrator');
  });

  it('is an administrator of a group that a message created', async ({ sandbox, bot }) => {
    const other = new User(sandbox.url, -6);
    await other.send({ ...ANNA, text: 'hi' });
    expect(await bot.heard()).toEqual(['hi']);
    expect(await bot.call('getMe')).toMatchObject({ can_read_all_group_messages: false });
  });

  it('gets messages of anonymous administrators and channels, but not of other bots', async ({
    sandbox,
    bot,
    group,
    send,
  }) => {
    await group.set({ privacy_mode: false });
    await send('a bot', { as: 'bot' });
    await send('an anonymous administrator', { as: 'anonymous' });
    await send('a channel', { as: 'channel' });
    expect(await bot.updates()).toMatchObject([
      {
        message: {
          text: 'an anonymous administrator',
          from: { id: 1087968824, is_bot: true, username: 'GroupAnonymousBot' },
          sender_chat: { id: group.chatId, type: 'supergroup', title: 'Friends' },
        },
      },
      {
        message: {
          text: 'a channel',
          from: { id: 136817688, is_bot: true, username: 'Channel_Bot' },
          sender_chat: { type: 'channel' },
        },
      },
    ]);
    expect((await new User(sandbox.url, 9).post('messages', form({ text: 'x', as: 'anonymous' }))).status).toBe(400);
  });

  it('sees messages numbered from 1 in each supergroup, and in one sequence in all other chats', async ({
    sandbox,
    bot,
  }) => {
    const supergroups = [-1_001_111_111_111, -1_002_222_222_222].map((id) => new User(sandbox.url, id));
    const ids = [];
    for (const supergroup of supergroups) {
      await supergroup.send({ ...ANNA, text: 'a' });
      ids.push(await supergroup.send({ ...ANNA, text: 'b' }));
    }
    expect(ids).toEqual([2, 2]);
    const alone = await new User(sandbox.url, 9).send({ text: 'a' });
    const basic = await new User(sandbox.url, -9).send({ ...ANNA, text: 'a' });
    expect(basic).toBe(alone + 1);
    const [first, second] = supergroups;
    await bot.call('deleteMessage', { chat_id: first!.chatId, message_id: 2 });
    expect(await second!.message(2)).toMatchObject({ text: 'b' });
  });

  it('is told when a basic group becomes a supergroup, and is refused in the old chat', async ({ sandbox, bot }) => {
    const basic = new User(sandbox.url, -77);
    await basic.setUp({ title: 'Friends' });
    const chat_id = basic.chatId;
    const { message_id } = await bot.call('sendMessage', { chat_id, text: 'before' });
    await bot.updates();
    const moved = await basic.migrate();
    expect(await bot.updates()).toMatchObject([
      { message: { chat: { id: -77, type: 'group' }, migrate_to_chat_id: moved } },
      {
        message: {
          message_id: 1,
          chat: { id: moved, type: 'supergroup', title: 'Friends' },
          migrate_from_chat_id: -77,
        },
      },
    ]);
    for (const [method, params] of [
      ['sendMessage', { text: 'x' }],
      ['sendChatAction', { action: 'typing' }],
      ['deleteMessage', { message_id }],
    ] as const) {
      expect((await bot.ask(method, { chat_id, ...params })).body, method).toEqual({
        ok: false,
        error_code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        parameters: { migrate_to_chat_id: moved },
      });
    }
    const edit = { text: 'x', message_id };
    await expect(bot.call('editMessageText', { chat_id, ...edit })).rejects.toThrow("message can't be edited");
    await expect(bot.call('editMessageText', { chat_id: moved, ...edit })).rejects.toThrow('message to edit not found');
    expect(await bot.call('sendMessage', { chat_id: moved, text: 'x' })).toMatchObject({ message_id: 2 });
    await expect(basic.send({ ...ANNA, text: 'x' })).rejects.toThrow(String(moved));
  });
});
