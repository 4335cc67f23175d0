import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { Telegraf } from 'telegraf';

/**
 * A bot to look at the sandbox with: `node services/sandbox/test/echo-bot.ts --api http://127.0.0.1:8080`.
 * It answers a photo like the real one: a placeholder, progress, then the picture.
 */
export function createEchoBot(apiRoot: string, token: string, pauseMs: number): Telegraf {
  const bot = new Telegraf(token, { telegram: { apiRoot } });
  const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));

  bot.start((ctx) =>
    ctx.reply('Hello! Send me a photo and I will frame it.\n\n<b>Bold</b> words work too.', { parse_mode: 'HTML' }),
  );
  bot.command('buttons', (ctx) =>
    ctx.reply('Which one?', {
      reply_markup: {
        inline_keyboard: [
          [
            { text: 'Left', callback_data: 'left' },
            { text: 'Right', callback_data: 'right' },
          ],
          [{ text: 'Telegram', url: 'https://telegram.org' }],
        ],
      },
    }),
  );
  bot.on('callback_query', async (ctx) => {
    await ctx.answerCbQuery('data' in ctx.callbackQuery ? ctx.callbackQuery.data : '');
  });

  bot.on('photo', async (ctx) => {
    const replyTo = { message_id: ctx.message.message_id };
    const placeholder = await ctx.reply('⏳ You are number 2 in the queue, about 3 s.', { reply_parameters: replyTo });
    await pause();
    await ctx.telegram.editMessageText(ctx.chat.id, placeholder.message_id, undefined, '🔍 Looking for faces …');
    await ctx.sendChatAction('upload_photo');
    const link = await ctx.telegram.getFileLink(ctx.message.photo.at(-1)!.file_id);
    const photo = Buffer.from(await (await fetch(link)).arrayBuffer());
    const framed = await sharp(photo)
      .extend({ top: 12, bottom: 12, left: 12, right: 12, background: 'orange' })
      .jpeg()
      .toBuffer();
    await pause();
    await ctx.telegram.editMessageMedia(ctx.chat.id, placeholder.message_id, undefined, {
      type: 'photo',
      media: { source: framed },
      caption: '2 faces, left to right:\n1. 7.4\n2. ≈ 5.9',
    });
  });
  bot.on('document', (ctx) => ctx.reply(`A file: ${ctx.message.document.file_name}`));
  bot.on('text', (ctx) => ctx.reply(ctx.message.text));
  bot.catch((error) => {
    process.stderr.write(`${error}\n`);
  });
  return bot;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      api: { type: 'string', default: 'http://127.0.0.1:8080' },
      token: { type: 'string', default: '1000001:local-sandbox' },
    },
  });
  const bot = createEchoBot(values.api, values.token, 1_500);
  await bot.telegram.setMyCommands([
    { command: 'start', description: 'Start over' },
    { command: 'buttons', description: 'Show inline buttons' },
  ]);
  await bot.telegram.setMyDescription('I frame your photos. Send me one!');
  process.once('SIGINT', () => bot.stop()).once('SIGTERM', () => bot.stop());
  await bot.launch();
}
