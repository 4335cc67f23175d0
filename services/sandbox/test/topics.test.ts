import { describe, expect } from 'vitest';
import { picture } from './pictures.ts';
import { rawBotTest } from './sandbox-test.ts';
import { User } from './user.ts';

const ANNA = { user_id: '7' };

/** The bot is an administrator of `forum`, which has one topic. */
const it = rawBotTest
  .extend('forum', async ({ sandbox }) => {
    const forum = new User(sandbox.url, -1_001_234_567_890);
    await forum.setUp({ is_forum: true, bot_status: 'administrator' });
    return forum;
  })
  .extend('topic', ({ forum }) => forum.addTopic('Photos'))
  .extend('say', ({ bot, forum }) => (text: string, params: object = {}) => {
    return bot.call('sendMessage', { chat_id: forum.chatId, text, ...params });
  })
  .extend(
    'lastMessage',
    ({ bot }) =>
      async () =>
        (await bot.updates()).at(-1)!.message,
  );

describe('topics', () => {
  it('begin with a message of their own', async ({ topic, lastMessage }) => {
    const first = await lastMessage();
    expect(first).not.toHaveProperty('reply_to_message');
    expect(first).toMatchObject({
      message_id: topic,
      message_thread_id: topic,
      is_topic_message: true,
      chat: { type: 'supergroup', is_forum: true },
      forum_topic_created: { name: 'Photos' },
    });
  });

  it('have messages that reply to the first message of the topic, unless they reply to another', async ({
    forum,
    topic,
    lastMessage,
  }) => {
    const photo = await forum.sendPhoto(await picture(60, 40), { ...ANNA, message_thread_id: String(topic) });
    expect(await lastMessage()).toMatchObject({
      message_thread_id: topic,
      is_topic_message: true,
      reply_to_message: { message_id: topic, forum_topic_created: {} },
    });
    await forum.send({ ...ANNA, text: 'look', reply_to: String(photo) });
    expect(await lastMessage()).toMatchObject({ message_thread_id: topic, reply_to_message: { message_id: photo } });
  });

  it('are not named in messages of General', async ({ forum, say, lastMessage }) => {
    const first = await forum.send({ ...ANNA, text: 'hi' });
    const message = await lastMessage();
    expect(message).not.toHaveProperty('message_thread_id');
    expect(message).not.toHaveProperty('reply_to_message');
    await forum.send({ ...ANNA, text: 'ho', reply_to: String(first) });
    expect(await lastMessage()).not.toHaveProperty('message_thread_id');
    expect(await say('hi')).not.toHaveProperty('message_thread_id');
  });

  it('get messages of the bot that name the topic or reply to one of its messages', async ({
    bot,
    forum,
    topic,
    say,
  }) => {
    const question = await forum.send({ ...ANNA, text: 'hi', message_thread_id: String(topic) });
    expect(await say('a', { message_thread_id: topic })).toMatchObject({
      message_thread_id: topic,
      is_topic_message: true,
    });
    const reply_parameters = { message_id: question };
    expect(await say('b', { reply_parameters })).toMatchObject({
      message_thread_id: topic,
      reply_to_message: { message_id: question },
    });
    const copied = { from_chat_id: forum.chatId, message_id: question, message_thread_id: topic };
    await bot.call('copyMessage', { chat_id: forum.chatId, ...copied });
    expect((await forum.messages()).at(-1)).toMatchObject({ from: 'bot', thread_id: topic });
  });

  it('do not take a message as a reply to a message of another topic', async ({ forum, topic, say }) => {
    const elsewhere = await forum.addTopic('Other');
    const question = await forum.send({ ...ANNA, text: 'hi', message_thread_id: String(elsewhere) });
    const sent = await say('x', { message_thread_id: topic, reply_parameters: { message_id: question } });
    expect(sent).toMatchObject({ message_thread_id: topic, reply_to_message: { message_id: topic } });
  });

  it.for([1, 999])('are refused if they do not exist: %i', async (id, { say }) => {
    await expect(say('x', { message_thread_id: id })).rejects.toThrow('Bad Request: message thread not found');
  });

  it('exist in private chats once the bot has topics enabled', async ({ sandbox, bot, lastMessage }) => {
    const user = new User(sandbox.url, 9);
    await user.send({ text: 'hi' });
    expect(await bot.call('getMe')).toMatchObject({ has_topics_enabled: false });
    await expect(user.addTopic('Mine')).rejects.toThrow('has_topics_enabled');
    await user.set({ has_topics_enabled: true });
    expect(await bot.call('getMe')).toMatchObject({ has_topics_enabled: true });
    const mine = await user.addTopic('Mine');
    await user.send({ text: 'hi', message_thread_id: String(mine) });
    const message = await lastMessage();
    expect(message).toMatchObject({ message_thread_id: mine, is_topic_message: true, chat: { type: 'private' } });
    expect(message).not.toHaveProperty('reply_to_message');
    const chat_id = user.chatId;
    expect(await bot.call('sendMessage', { chat_id, text: 'x', message_thread_id: mine })).toMatchObject({
      message_thread_id: mine,
    });
    await expect(bot.call('sendMessage', { chat_id, text: 'x', message_thread_id: mine + 1 })).rejects.toThrow(
      'message thread not found',
    );
  });

  it('do not exist in other groups, where replies make threads and message_thread_id is ignored', async ({
    sandbox,
    bot,
    lastMessage,
  }) => {
    const group = new User(sandbox.url, -1_009_876_543_210);
    const first = await group.send({ ...ANNA, text: 'first' });
    const second = await group.send({ ...ANNA, text: 'second', reply_to: String(first) });
    await group.send({ ...ANNA, text: 'third', reply_to: String(second) });
    const third = await lastMessage();
    expect(third).toMatchObject({ message_thread_id: first, reply_to_message: { message_id: second } });
    expect(third).not.toHaveProperty('is_topic_message');
    const sent = await bot.call('sendMessage', { chat_id: group.chatId, text: 'x', message_thread_id: first });
    expect(sent).not.toHaveProperty('message_thread_id');
    await expect(group.addTopic('x')).rejects.toThrow('is_forum');
  });
});
