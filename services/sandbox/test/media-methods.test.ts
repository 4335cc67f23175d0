import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { startSandbox } from '../src/sandbox.ts';
import { clients, failureOf } from './bot-client.ts';
import { picture } from './pictures.ts';
import { RawBot } from './raw-bot.ts';
import { rawBotTest, sandboxTest, serve } from './sandbox-test.ts';
import { User } from './user.ts';

describe.each(Object.entries(clients))('%s', (_name, createClient) => {
  /** `refusal` waits until a call is refused and gives the reason; `file` makes a photo of a width to upload. */
  const it = sandboxTest(createClient)
    .extend('chat', async ({ user, bot }) => {
      const chat = await user.openChat();
      await bot.call('getUpdates', { offset: -1 });
      return chat;
    })
    .extend('refusal', ({ bot }) => async (call: Promise<unknown>) => {
      const { code, description } = await failureOf(bot, call);
      expect(code).toBe(400);
      return description.replace('Bad Request: ', '');
    })
    .extend(
      'file',
      ({ bot }) =>
        async (width: number) =>
          bot.file(await picture(width, 100), `${width}.jpg`),
    );

  it('sends an album, by upload and by file_id', async ({ bot, user, chat, file }) => {
    const { photo } = await bot.call('sendPhoto', { ...chat, photo: await file(300) });
    const sent = await bot.call('sendMediaGroup', {
      ...chat,
      media: [
        { type: 'photo', media: await file(200), caption: '<b>1</b>', parse_mode: 'HTML' },
        { type: 'photo', media: photo[0].file_id },
      ],
    });
    expect(sent).toMatchObject([
      { caption: '1', caption_entities: [{ type: 'bold' }] },
      { media_group_id: sent[0].media_group_id },
    ]);
    expect(sent[0].photo.at(-1)).toMatchObject({ width: 200 });
    const shown = (await user.messages()).slice(-2);
    expect(shown).toMatchObject([{ photo_width: 200, media_group_id: sent[0].media_group_id }, { from: 'bot' }]);

    const reply_parameters = { message_id: shown[0]!.message_id };
    const media = sent.map(({ photo }) => ({ type: 'photo', media: photo[0].file_id }));
    for (const { reply_to_message } of await bot.call('sendMediaGroup', { ...chat, media, reply_parameters })) {
      expect(reply_to_message).toMatchObject(reply_parameters);
    }
  });

  it('hides a photo as a spoiler, or shows it again, and sends without a sound', async ({ bot, user, chat, file }) => {
    const sent = await bot.call('sendPhoto', {
      ...chat,
      photo: await file(300),
      has_spoiler: true,
      disable_notification: true,
    });
    expect(sent).toMatchObject({ has_media_spoiler: true });
    const { message_id } = sent;
    expect(await user.message(message_id)).toMatchObject({ spoiler: true, silent: true });
    const media = { type: 'photo', media: sent.photo[0].file_id, caption: 'shown' };
    await bot.call('editMessageMedia', { ...chat, message_id, media });
    expect(await user.message(message_id)).not.toHaveProperty('spoiler');
    await bot.call('editMessageMedia', { ...chat, message_id, media: { ...media, caption: 'x', has_spoiler: true } });
    expect(await user.message(message_id)).toMatchObject({ spoiler: true });

    await user.sendPhoto(await picture(60, 40), { has_spoiler: 'true' });
    const [{ message }] = await bot.call('getUpdates', { offset: -1 });
    expect(message).toMatchObject({ has_media_spoiler: true });
  });

  it('is refused an album that is empty, too long or of mixed types', async ({ bot, chat, refusal, file }) => {
    const album = (media: unknown) => bot.call('sendMediaGroup', { ...chat, media });
    const { photo } = await bot.call('sendPhoto', { ...chat, photo: await file(300) });
    const { document } = await bot.call('sendDocument', { ...chat, document: bot.file(Buffer.from('x'), 'x.txt') });
    const one = { type: 'photo', media: photo[0].file_id };
    expect(await refusal(album([]))).toBe('there are no messages to send');
    expect(await refusal(album(Array.from({ length: 11 }, () => one)))).toBe('too many messages to send as an album');
    expect(await refusal(album([one, { type: 'document', media: document.file_id }]))).toBe(
      "Document can't be mixed with other media types",
    );
  });

  it('copies a message, with another caption and buttons if they are given', async ({ bot, user, chat, refusal }) => {
    const photo = await user.sendPhoto(await picture(300, 200), { text: 'mine' });
    const copy = (more: object = {}) =>
      bot.call('copyMessage', { ...chat, from_chat_id: user.chatId, message_id: photo, ...more });
    const { message_id, ...rest } = await copy();
    expect(rest).toEqual({});
    expect(await user.message(message_id)).toMatchObject({ from: 'bot', caption: 'mine', photo_width: 300 });
    const reply_markup = { inline_keyboard: [[{ text: 'Again', callback_data: 'again' }]] };
    const again = await copy({ caption: '7.4', reply_markup });
    expect(await user.message(again.message_id)).toMatchObject({ caption: '7.4', buttons: [[{ text: 'Again' }]] });
    expect(await refusal(copy({ message_id: 1 }))).toBe('message to copy not found');
  });

  it('reacts with one of the allowed emoji, and removes the reaction', async ({ bot, user, chat, refusal }) => {
    const message_id = await user.send({ text: 'hi' });
    const react = (...emojis: string[]) => {
      const reaction = emojis.map((emoji) => ({ type: 'emoji', emoji }));
      return bot.call('setMessageReaction', { ...chat, message_id, reaction });
    };
    expect(await react('👀')).toBe(true);
    expect(await user.message(message_id)).toMatchObject({ reaction: '👀' });
    expect(await react('❤️')).toBe(true);
    expect(await refusal(react('🧮'))).toBe('REACTION_INVALID');
    expect(await refusal(react('👀', '👍'))).toBe('REACTIONS_TOO_MANY');
    expect(await react()).toBe(true);
    expect(await user.message(message_id)).not.toHaveProperty('reaction');
  });

  it('gets the status of a chat member', async ({ sandbox, bot, refusal }) => {
    const group = new User(sandbox.url, -1_001_234_567_890);
    const chat_id = group.chatId;
    await group.setUp({ administrators: [8] });
    for (const user_id of ['7', '8']) await group.send({ text: 'hi', user_id });
    const status = async (user_id: number) => (await bot.call('getChatMember', { chat_id, user_id })).status;
    expect(await Promise.all([7, 8, 4242].map(status))).toEqual(['member', 'administrator', 'member']);
    expect(await refusal(status(99))).toBe('member not found');
  });

  it('gets videos and stickers, and can download them', async ({ bot, user, chat, refusal }) => {
    await user.send({ video: new File(['not looked into'], 'me.mp4', { type: 'video/mp4' }), caption: 'look' });
    await user.send({ sticker: new Blob([new Uint8Array(await picture(800, 400))]) });
    const [{ message: video }, { message: sticker }] = await bot.call('getUpdates', { offset: -2 });
    expect(video).toMatchObject({
      caption: 'look',
      video: { file_name: 'me.mp4', mime_type: 'video/mp4', width: 1280, height: 720, duration: expect.any(Number) },
    });
    expect(sticker.sticker).toMatchObject({
      type: 'regular',
      width: 512,
      height: 256,
      is_animated: false,
      is_video: false,
    });
    const bytes = await (await fetch(await bot.fileUrl(sticker.sticker.file_id))).arrayBuffer();
    expect(await sharp(Buffer.from(bytes)).metadata()).toMatchObject({ format: 'webp', width: 512 });
    expect(await refusal(bot.call('sendPhoto', { ...chat, photo: sticker.sticker.file_id }))).toBe(
      "can't use file of type Sticker as Photo",
    );
  });
});

describe('a photo by URL', () => {
  const it = rawBotTest
    .extend('chat', ({ user }) => user.openChat())
    .extend('web', async () => {
      const pages: Record<string, [status: number, type: string, body: Buffer]> = {
        '/photo': [200, 'image/png', await picture(300, 200, 'png')],
        '/page': [200, 'text/html', Buffer.from('<p>')],
        '/large': [200, 'image/png', Buffer.alloc(5 * 1024 * 1024 + 1)],
        '/moved': [302, 'image/png', Buffer.alloc(0)],
      };
      return serve((request, response) => {
        const [status, type, body] = pages[request.url ?? ''] ?? [404, 'text/plain', Buffer.alloc(0)];
        response.writeHead(status, { 'content-type': type, ...(status === 302 && { location: '/photo' }) }).end(body);
      });
    });

  it('is fetched from loopback', async ({ bot, chat, web }) => {
    const sent = await bot.call('sendPhoto', { ...chat, photo: `${web}/photo` });
    expect(sent.photo.at(-1)).toMatchObject({ width: 300, height: 200 });
    const media = { type: 'photo', media: `${web}/photo`, caption: 'again' };
    await bot.call('editMessageMedia', { ...chat, message_id: sent.message_id, media });
  });

  it.for([
    ['/none', 'failed to get HTTP URL content'],
    ['/page', 'wrong type of the web page content'],
    ['/large', 'failed to get HTTP URL content'],
    ['/moved', 'failed to get HTTP URL content'],
  ] as const)('is refused if the URL gives none: %s', async ([path, words], { bot, chat, web }) => {
    await expect(bot.call('sendPhoto', { ...chat, photo: web + path })).rejects.toThrow(words);
  });

  it.for(['http://example.org/x.jpg', 'http://127.0.0.1.example.org/x.jpg', 'http://[::ffff:10.0.0.1]/x.jpg'])(
    'is not fetched from another machine: %s',
    async (photo, { bot, chat }) => {
      await expect(bot.call('sendPhoto', { ...chat, photo })).rejects.toThrow('loopback only');
    },
  );

  it('is fetched from anywhere with `fetchesAnywhere`', async ({ token, chat }) => {
    const own = await startSandbox({ port: 0, token, fetchesAnywhere: true });
    await new User(own.url, chat.chat_id).openChat();
    const call = new RawBot(own.apiRoot, token).call('sendPhoto', {
      ...chat,
      photo: 'http://no-such-host.invalid/x.jpg',
    });
    await expect(call).rejects.toThrow(/^Bad Request: failed to get HTTP URL content$/);
    await own.close();
  });
});
