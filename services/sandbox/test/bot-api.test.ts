import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { clients, failureOf } from './bot-client.ts';
import { picture } from './pictures.ts';
import { sandboxTest, serve } from './sandbox-test.ts';
import type { User } from './user.ts';

describe.each(Object.entries(clients))('%s with the sandbox', (_name, createClient) => {
  const it = sandboxTest(createClient);

  it('gets its id and username from getMe', async ({ bot }) => {
    expect(await bot.call('getMe')).toMatchObject({ id: 4242, is_bot: true, username: expect.any(String) });
  });

  it('is refused with a wrong token (401) and with an unknown method (400)', async ({ sandbox, bot }) => {
    const stranger = createClient(sandbox.apiRoot, '4242:wrong');
    expect(await failureOf(bot, stranger.call('getMe'))).toMatchObject({ code: 401, description: 'Unauthorized' });
    const unknown = await fetch(`${sandbox.apiRoot}/bot${sandbox.token}/getYou`);
    expect(unknown.status).toBe(400);
    const description = 'Bad Request: the sandbox has no method getYou';
    expect(await unknown.json()).toEqual({ ok: false, error_code: 400, description });
  });

  it('gets an update that arrives while it polls, and gets it again until it confirms it', async ({ bot, user }) => {
    const polling = bot.call('getUpdates', { timeout: 20 });
    await user.send({ text: '/start', language_code: 'ru' });
    const [update, ...more] = await polling;
    expect(more).toEqual([]);
    expect(update.message).toMatchObject({
      text: '/start',
      from: { id: user.chatId, is_bot: false, language_code: 'ru' },
      chat: { id: user.chatId, type: 'private' },
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
    expect(await bot.call('getUpdates')).toEqual([update]);
    expect(await bot.call('getUpdates', { offset: update.update_id + 1 })).toEqual([]);
    expect(await bot.call('getUpdates')).toEqual([]);
  });

  it('gets at most `limit` updates, and only of the kinds that it allows', async ({ bot, user }) => {
    const id = await user.send({ text: 'one' });
    await user.send({ text: 'two' });
    expect(await bot.call('getUpdates', { limit: 1, allowed_updates: ['message'] })).toHaveLength(1);
    await user.edit(id, 'changed');
    expect(await bot.call('getUpdates', { offset: -1 })).toMatchObject([{ message: { text: 'two' } }]);
    await bot.call('getUpdates', { allowed_updates: [] });
    await user.edit(id, 'changed again');
    expect(await bot.call('getUpdates', { offset: -1 })).toMatchObject([{ edited_message: { text: 'changed again' } }]);
  });

  it('gets a 409 when a second poller starts', async ({ bot, user }) => {
    const first = failureOf(bot, bot.call('getUpdates', { timeout: 20 }));
    await expect.poll(() => user.stats()).toMatchObject({ calls: { getUpdates: 1 } });
    const second = bot.call('getUpdates', { timeout: 20 });
    expect(await first).toMatchObject({ code: 409, description: expect.stringContaining('terminated by other') });
    await user.send({ text: 'hi' });
    expect(await second).toHaveLength(1);
  });

  it('answers users while it polls', async ({ bot, user }) => {
    bot.onText((text) => `You said ${text}`);
    const stop = await bot.listen();
    await user.send({ text: 'hi' });
    await expect.poll(() => user.messages()).toMatchObject([{ text: 'hi' }, { from: 'bot', text: 'You said hi' }]);
    await stop();
  });

  it('answers users by a webhook, which gets the secret and the updates in order, each until it is accepted', async ({
    bot,
    user,
  }) => {
    const secret = 'a-secret_1';
    bot.onText((text) => `You said ${text}`);
    const handle = await bot.webhook(secret);
    let refused = 0;
    const url = await serve((request, response) => {
      if (refused++ < 2) response.writeHead(500).end();
      else handle(request, response);
    });
    await bot.call('setWebhook', { url, secret_token: secret });
    expect(await failureOf(bot, bot.call('getUpdates'))).toMatchObject({ code: 409 });
    for (const text of ['1', '2', '3']) await user.send({ text });
    await expect.poll(() => user.botTexts()).toEqual(['You said 1', 'You said 2', 'You said 3']);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ url, pending_update_count: 0 });
    expect(await bot.call('getWebhookInfo')).toMatchObject({ last_error_message: expect.stringContaining('500') });

    await bot.call('deleteWebhook');
    expect(await bot.call('getWebhookInfo')).toMatchObject({ url: '' });
    expect(await bot.call('getUpdates')).toEqual([]);
  });

  it('gets a photo in the sizes that Telegram makes, and can download it', async ({ bot, user }) => {
    await user.sendPhoto(await picture(1600, 1000), { text: 'me', media_group_id: 'album1' });
    const [{ message }] = await bot.call('getUpdates');
    expect(message).toMatchObject({ caption: 'me', media_group_id: 'album1' });
    expect(message.photo.map(({ width, height }) => [width, height])).toEqual([
      [90, 56],
      [320, 200],
      [800, 500],
      [1280, 800],
    ]);
    const largest = message.photo.at(-1)!;
    const response = await fetch(await bot.fileUrl(largest.file_id));
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(largest.file_size);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1280, height: 800 });
  });

  it('gets a photo turned upright by its EXIF orientation', async ({ bot, user }) => {
    const rotated = await sharp(await picture(300, 200))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    await user.sendPhoto(rotated);
    const [{ message }] = await bot.call('getUpdates');
    expect(message.photo.at(-1)).toMatchObject({ width: 200, height: 300 });
  });

  it('gets a document unchanged, with its name and type', async ({ bot, user }) => {
    const sent = Buffer.from('\x00\xffnot a picture', 'latin1');
    await user.send({ document: new File([sent], 'Отчёт.pdf', { type: 'application/pdf' }) });
    const [{ message }] = await bot.call('getUpdates');
    expect(message.document).toMatchObject({
      file_name: 'Отчёт.pdf',
      mime_type: 'application/pdf',
      file_size: sent.length,
    });
    const response = await fetch(await bot.fileUrl(message.document.file_id));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(sent);
  });

  it('sends a reply with HTML and buttons, and gets a callback query when a button is pressed', async ({
    bot,
    user,
  }) => {
    const chat = await user.openChat();
    const question = await user.send({ text: 'how?' });
    await bot.call('getUpdates', { offset: -1 });
    const sent = await bot.call('sendMessage', {
      ...chat,
      text: ' <b>So</b> &amp; <a href="https://example.org">so</a>\nsecond line ',
      parse_mode: 'HTML',
      reply_parameters: { message_id: question },
      reply_markup: { inline_keyboard: [[{ text: 'OK', callback_data: 'ok' }]] },
    });
    expect(sent).toMatchObject({ text: 'So & so\nsecond line', reply_to_message: { message_id: question } });
    expect(sent.entities).toEqual([
      { type: 'bold', offset: 0, length: 2 },
      { type: 'text_link', offset: 5, length: 2, url: 'https://example.org' },
    ]);
    expect(await user.message(sent.message_id)).toMatchObject({
      from: 'bot',
      reply_to: question,
      buttons: [[{ text: 'OK', callback_data: 'ok' }]],
    });

    await user.post('callback', { message_id: sent.message_id, data: 'ok' });
    const [{ callback_query: query }] = await bot.call('getUpdates', { offset: -1 });
    expect(query).toMatchObject({ data: 'ok', from: { id: user.chatId }, message: { message_id: sent.message_id } });
    expect(await bot.call('answerCallbackQuery', { callback_query_id: query.id, text: 'Done' })).toBe(true);
    const again = await failureOf(bot, bot.call('answerCallbackQuery', { callback_query_id: query.id }));
    expect(again.code).toBe(400);
  });

  it('sends documents, and photos by upload and by file_id', async ({ sandbox, bot, user }) => {
    const chat = await user.openChat();
    const first = await bot.call('sendPhoto', {
      ...chat,
      photo: bot.file(await picture(400, 300, 'png'), 'a.png'),
      caption: '1\n2',
    });
    expect(first.photo.at(-1)).toMatchObject({ width: 400, height: 300 });
    const again = await bot.call('sendPhoto', { ...chat, photo: first.photo[0].file_id });
    expect(again.photo).toEqual(first.photo);
    const report = await bot.call('sendDocument', { ...chat, document: bot.file(Buffer.from('text'), 'report.txt') });
    expect(report.document).toMatchObject({ file_name: 'report.txt', file_size: 4 });

    const [, shown, , document] = await user.messages();
    expect(shown).toMatchObject({ caption: '1\n2', photo_width: 400 });
    const bytes = await (await fetch(sandbox.url + shown!.photo_url)).arrayBuffer();
    expect(await sharp(Buffer.from(bytes)).metadata()).toMatchObject({ format: 'jpeg', width: 400 });
    expect(document).toMatchObject({ document_name: 'report.txt' });
  });

  it('edits a text into a photo, and is refused an edit that changes nothing', async ({ bot, user }) => {
    const chat = await user.openChat();
    const { message_id } = await bot.call('sendMessage', { ...chat, text: 'wait' });
    const place = { ...chat, message_id };
    await bot.call('editMessageText', { ...place, text: 'soon' });
    const unchanged = await failureOf(bot, bot.call('editMessageText', { ...place, text: 'soon' }));
    expect(unchanged).toMatchObject({
      code: 400,
      description: expect.stringMatching(/^Bad Request: message is not mod/),
    });

    const media = { type: 'photo', media: bot.file(await picture(200, 100), 'x.jpg'), caption: '7.4' };
    const edited = await bot.call('editMessageMedia', { ...place, media });
    expect(edited).toMatchObject({ message_id, caption: '7.4', edit_date: expect.any(Number) });
    expect(edited.photo.at(-1)).toMatchObject({ width: 200, height: 100 });
    expect(edited.text).toBeUndefined();

    const same = { type: 'photo', media: edited.photo.at(-1)!.file_id, caption: '7.4' };
    const refusals = [
      await failureOf(bot, bot.call('editMessageMedia', { ...place, media: same })),
      await failureOf(bot, bot.call('editMessageText', { ...place, text: 'x' })),
    ];
    expect(refusals.map(({ description }) => description)).toEqual([
      expect.stringContaining('not modified'),
      'Bad Request: there is no text in the message to edit',
    ]);
    await bot.call('editMessageCaption', { ...place, caption: '7.5' });
    expect(await user.message(message_id)).toMatchObject({ caption: '7.5', edited: true, photo_width: 200 });
    await bot.call('deleteMessage', place);
    expect(await user.message(message_id)).toBeUndefined();
  });

  it('changes and removes buttons', async ({ bot, user }) => {
    const chat = await user.openChat();
    const buttons = (data: string) => ({ inline_keyboard: [[{ text: data, callback_data: data }]] });
    const { message_id } = await bot.call('sendMessage', { ...chat, text: 'pick', reply_markup: buttons('a') });
    await bot.call('editMessageReplyMarkup', { ...chat, message_id, reply_markup: buttons('b') });
    expect(await user.message(message_id)).toMatchObject({ buttons: [[{ text: 'b' }]] });
    await bot.call('editMessageText', { ...chat, message_id, text: 'picked' });
    expect((await user.message(message_id))?.buttons).toBeUndefined();
  });

  it('sets commands by language and scope, and a description, which the page shows', async ({ bot, user }) => {
    const commands = [{ command: 'help', description: 'Help' }];
    const russian = [{ command: 'help', description: 'Помощь' }];
    await bot.call('setMyCommands', { commands });
    await bot.call('setMyCommands', { commands: russian, language_code: 'ru' });
    expect(await bot.call('getMyCommands')).toEqual(commands);
    expect(await about(user, 'ru')).toMatchObject({ commands: russian });
    await bot.call('deleteMyCommands', { language_code: 'ru' });
    expect(await about(user, 'ru')).toMatchObject({ commands });
    const inGroups = [{ command: 'score', description: 'Score' }];
    await bot.call('setMyCommands', { commands: inGroups, scope: { type: 'all_group_chats' } });
    expect(await about(user, 'ru')).toMatchObject({ commands });
    expect(await about(user, 'ru&group=true')).toMatchObject({ commands: inGroups });
    await bot.call('setMyDescription', { description: 'I score faces' });
    expect(await about(user, 'ru')).toMatchObject({ description: 'I score faces' });
  });
});

async function about({ url }: User, query: string): Promise<unknown> {
  return (await fetch(`${url}/api/bot?language=${query}`)).json();
}
