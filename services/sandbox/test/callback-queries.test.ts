import { afterEach, describe, expect, it as plainIt, vi } from 'vitest';
import { CallbackQueries } from '../src/bot-api/callback-queries.ts';
import { type BotClient, clients, failureOf } from './bot-client.ts';
import { picture } from './pictures.ts';
import { sandboxTest } from './sandbox-test.ts';
import type { User } from './user.ts';

describe.each(Object.entries(clients))('a pressed button and %s', (_name, createClient) => {
  /** `question` is a message with a button, in reply to `photo`. */
  const it = sandboxTest(createClient)
    .extend('photo', async ({ user }) => user.sendPhoto(await picture(640, 480)))
    .extend('question', async ({ bot, user, photo }) => {
      const { message_id } = await bot.call('sendMessage', {
        chat_id: user.chatId,
        text: 'Adults only?',
        reply_parameters: { message_id: photo },
        reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'adults' }]] },
      });
      return { chat_id: user.chatId, message_id };
    });

  async function press(user: User, bot: BotClient, fields: { message_id: number; client_key?: string }) {
    const response = await user.post('callback', { data: 'adults', ...fields });
    expect(response.status).toBe(201);
    return (await bot.call('getUpdates', { offset: -1 }))[0].callback_query;
  }

  it('give a callback query with the message, and with the photo that it replies to', async ({
    bot,
    user,
    photo,
    question,
  }) => {
    const query = await press(user, bot, question);
    expect(query).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      from: { id: user.chatId },
      data: 'adults',
      chat_instance: expect.stringMatching(/^-?\d+$/),
      message: {
        message_id: question.message_id,
        from: { is_bot: true },
        reply_markup: { inline_keyboard: [[{ callback_data: 'adults' }]] },
        reply_to_message: {
          message_id: photo,
          photo: expect.arrayContaining([expect.objectContaining({ width: 640 })]),
        },
      },
    });
    expect((await press(user, bot, question)).chat_instance).toBe(query.chat_instance);
    const { file_id } = query.message.reply_to_message.photo.at(-1)!;
    expect((await fetch(await bot.fileUrl(file_id))).status).toBe(200);
  });

  it('give the answer once, to the page that pressed it', async ({ bot, user, question }) => {
    const watch = await user.watch();
    const { id } = await press(user, bot, { ...question, client_key: 'mine' });
    const answer = { callback_query_id: id, text: 'Not for children', show_alert: true };
    expect(await bot.call('answerCallbackQuery', answer)).toBe(true);
    await expect
      .poll(() => watch.events.at(-1))
      .toEqual({ event: 'answer', data: { client_key: 'mine', text: 'Not for children', alert: true } });
    expect(await failureOf(bot, bot.call('answerCallbackQuery', answer))).toMatchObject({
      code: 400,
      description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
    });
    await watch.close();
  });

  it('take an answer of up to 200 characters', async ({ bot, user, question }) => {
    const { id } = await press(user, bot, question);
    const answer = (length: number) =>
      bot.call('answerCallbackQuery', { callback_query_id: id, text: '🙂'.repeat(length) });
    expect((await failureOf(bot, answer(201))).description).toBe('Bad Request: MESSAGE_TOO_LONG');
    expect(await answer(200)).toBe(true);
  });

  it('leave the replied message out of the result of an edit, and `edit_date` if only buttons change', async ({
    bot,
    user,
    question,
  }) => {
    const reply_markup = { inline_keyboard: [[{ text: 'No', callback_data: 'no' }]] };
    const marked = await bot.call('editMessageReplyMarkup', { ...question, reply_markup });
    expect(marked).toMatchObject({ message_id: question.message_id, reply_markup });
    expect(marked).not.toHaveProperty('reply_to_message');
    expect(marked).not.toHaveProperty('edit_date');
    const edited = await bot.call('editMessageText', { ...question, text: 'Done' });
    expect(edited).toHaveProperty('edit_date');
    expect(edited).not.toHaveProperty('reply_markup');
    expect((await user.post('callback', { ...question, data: 'no' })).status).toBe(400);
  });

  it.for<[object, string | RegExp]>([
    [{ text: '', callback_data: 'x' }, 'inline keyboard button text must be non-empty'],
    [{ text: 'x' }, /^can't parse inline keyboard button: Text buttons are unallowed/],
    [{ text: 'x', callback_data: 'я'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', url: 'javascript:alert(1)' }, 'BUTTON_URL_INVALID'],
  ])('do not exist for a button like %j', async ([button, expected], { bot, user }) => {
    const reply_markup = { inline_keyboard: [[button]] };
    const chat = await user.openChat();
    const call = bot.call('sendMessage', { ...chat, text: 'x', reply_markup });
    const { code, description } = await failureOf(bot, call);
    expect(code).toBe(400);
    expect(description.replace('Bad Request: ', '')).toMatch(expected);
  });
});

describe('a callback query', () => {
  afterEach(() => void vi.useRealTimers());

  plainIt('can be answered for 30 s', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const queries = new CallbackQueries();
    const [soon, late] = [1, 2].map((chatId) => queries.open({ chatId, clientKey: undefined }));
    vi.advanceTimersByTime(29_000);
    expect(queries.close(soon!)).toMatchObject({ chatId: 1 });
    vi.advanceTimersByTime(2_000);
    expect(queries.close(late!)).toBeUndefined();
  });

  plainIt('is forgotten after a thousand newer ones', () => {
    const queries = new CallbackQueries();
    const first = queries.open({ chatId: 1, clientKey: undefined });
    for (let i = 0; i < 1_000; i++) queries.open({ chatId: 1, clientKey: undefined });
    expect(queries.close(first)).toBeUndefined();
  });
});
