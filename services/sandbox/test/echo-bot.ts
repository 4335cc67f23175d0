import sharp from 'sharp';
import { Telegraf } from 'telegraf';

/** A bot that answers a photo as the real one does: with a placeholder, progress, then a picture with a caption. */
export function createEchoBot(apiRoot: string, token: string): Telegraf {
  const bot = new Telegraf(token, { telegram: { apiRoot } });
  bot.on('photo', async ({ chat, message, telegram }) => {
    const placeholder = await telegram.sendMessage(chat.id, '⏳ You are number 2 in the queue, about 3 s.', {
      reply_parameters: { message_id: message.message_id },
    });
    await telegram.editMessageText(chat.id, placeholder.message_id, undefined, '🔍 Looking for faces …');
    await telegram.sendChatAction(chat.id, 'upload_photo');
    const link = await telegram.getFileLink(message.photo.at(-1)!.file_id);
    const photo = Buffer.from(await (await fetch(link)).arrayBuffer());
    const framed = await sharp(photo)
      .extend({ top: 12, bottom: 12, left: 12, right: 12, background: 'orange' })
      .jpeg()
      .toBuffer();
    await telegram.editMessageMedia(chat.id, placeholder.message_id, undefined, {
      type: 'photo',
      media: { source: framed },
      caption: '2 faces, left to right:\n1. 7.4\n2. ≈ 5.9',
    });
  });
  bot.catch((error) => {
    process.stderr.write(`${error}\n`);
  });
  return bot;
}
