import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallbackQueries } from '../src/bot-api/callback-queries.ts';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { type BotClient, clients, failureOf } from './bot-client.ts';
import { eventually } from './eventually.ts';
import { picture } from './pictures.ts';
import { User } from './user.ts';

const TOKEN = '4242:test_token-1';

describe.each(Object.entries(clients))('%s and a button that is pressed', (_name, createClient) => {
  let sandbox: Sandbox;
  let bot: BotClient;
  let user: User;
  let photo: number;
  let message_id: number;

  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0, token: TOKEN });
    bot = createClient(sandbox.apiRoot, TOKEN);
    user = new User(sandbox.url);
    photo = await user.sendPhoto(await picture(640, 480));
    ({ message_id } = await bot.call('sendMessage', {
      chat_id: user.chatId,
      text: 'Adults only?',
      reply_parameters: { message_id: photo },
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'adults' }]] },
    }));
  });
  afterEach(() => sandbox.close());

  async function press(fields: object = {}) {
    const response = await user.post('callback', { message_id, data: 'adults', ...fields });
    expect(response.status).toBe(201);
    return (await bot.call('getUpdates', { offset: -1 }))[0].callback_query;
  }

  it('needs no memory: the query brings the message, and that the photo it answered', async () => {
    const query = await press();
    expect(query).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      from: { id: user.chatId },
      data: 'adults',
      chat_instance: expect.stringMatching(/^-?\d+$/),
      message: {
        message_id,
        from: { is_bot: true },
        reply_markup: { inline_keyboard: [[{ callback_data: 'adults' }]] },
        reply_to_message: {
          message_id: photo,
          photo: expect.arrayContaining([expect.objectContaining({ width: 640 })]),
        },
      },
    });
    expect((await press()).chat_instance).toBe(query.chat_instance);
    const { file_id } = query.message.reply_to_message.photo.at(-1);
    expect((await fetch(await bot.fileUrl(file_id))).status).toBe(200);
  });

  it('answers it once, to the one who pressed', async () => {
    const watch = await user.watch();
    const { id } = await press({ client_key: 'mine' });
    const answer = { callback_query_id: id, text: 'Not for children', show_alert: true };
    expect(await bot.call('answerCallbackQuery', answer)).toBe(true);
    await eventually(() => watch.events.at(-1)).toEqual({
      event: 'answer',
      data: { client_key: 'mine', text: 'Not for children', alert: true },
    });
    expect(await failureOf(bot, bot.call('answerCallbackQuery', answer))).toMatchObject({
      code: 400,
      description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
    });
    await watch.close();
  });

  it('may answer with 200 characters', async () => {
    const { id } = await press();
    const answer = (length: number) =>
      bot.call('answerCallbackQuery', { callback_query_id: id, text: '🙂'.repeat(length) });
    expect(await failureOf(bot, answer(201))).toMatchObject({
      code: 400,
      description: 'Bad Request: MESSAGE_TOO_LONG',
    });
    expect(await answer(200)).toBe(true);
  });

  it('edits the message: what it answered is not in the result, and new buttons alone make no edited message', async () => {
    const place = { chat_id: user.chatId, message_id };
    const reply_markup = { inline_keyboard: [[{ text: 'No', callback_data: 'no' }]] };
    const marked = await bot.call('editMessageReplyMarkup', { ...place, reply_markup });
    expect(marked).toMatchObject({ message_id, reply_markup });
    expect(marked).not.toHaveProperty('reply_to_message');
    expect(marked).not.toHaveProperty('edit_date');
    const edited = await bot.call('editMessageText', { ...place, text: 'Done' });
    expect(edited).toHaveProperty('edit_date');
    expect(edited).not.toHaveProperty('reply_markup');
    expect((await user.post('callback', { message_id, data: 'no' })).status).toBe(400);
  });

  it.each([
    [{ text: '', callback_data: 'x' }, 'inline keyboard button text must be non-empty'],
    [{ text: 'x' }, /^can't parse inline keyboard button: Text buttons are unallowed/],
    [{ text: 'x', callback_data: 'я'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', url: 'javascript:alert(1)' }, 'BUTTON_URL_INVALID'],
  ])('is refused a button like %j', async (button, expected) => {
    const reply_markup = { inline_keyboard: [[button]] };
    const call = bot.call('sendMessage', { chat_id: user.chatId, text: 'x', reply_markup });
    const { code, description } = await failureOf(bot, call);
    expect(code).toBe(400);
    expect(description.replace('Bad Request: ', '')).toMatch(expected);
  });
});

describe('a callback query', () => {
  afterEach(() => void vi.useRealTimers());

  it('can be answered for 30 s', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const queries = new CallbackQueries();
    const [soon, late] = [1, 2].map((chatId) => queries.open({ chatId, clientKey: undefined }));
    vi.advanceTimersByTime(29_000);
    expect(queries.close(soon!)).toMatchObject({ chatId: 1 });
    vi.advanceTimersByTime(2_000);
    expect(queries.close(late!)).toBeUndefined();
  });

  it('is forgotten when a thousand others came after it', () => {
    const queries = new CallbackQueries();
    const first = queries.open({ chatId: 1, clientKey: undefined });
    for (let i = 0; i < 1_000; i++) queries.open({ chatId: 1, clientKey: undefined });
    expect(queries.close(first)).toBeUndefined();
  });
});
