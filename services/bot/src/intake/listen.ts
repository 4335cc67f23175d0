import { RetryableError } from '@attrai/contracts/errors';
import type { Language } from '@attrai/contracts/reply-to';
import type { Logger } from '@attrai/telemetry/logger';
import { Telegraf } from 'telegraf';
import type { Message, Update, UserFromGetMe } from 'telegraf/types';
import type { Limits } from '../limits/limits.ts';
import type { UnsureFaces } from '../replies/adults-button.ts';
import type { SmallTalk } from '../telegram/small-talk.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import type { Photo, PhotoGate } from './accept-photo.ts';
import { isForBot, readIncoming } from './incoming.ts';
import { answerable } from './intake-job.ts';
import { createPressHandler } from './press.ts';
import { requestIdOf } from './request-id.ts';

export interface ListenParts {
  token: string;
  me: UserFromGetMe;
  gate: Pick<PhotoGate, 'accept'>;
  cancelPhotos(userId: number, language: Language): Promise<string>;
  smallTalk: Pick<SmallTalk, 'say' | 'answerPress'>;
  unsureFaces: UnsureFaces;
  limits: Limits;
  logger: Logger;
}

/**
 * What the bot does with an update. Private chats get an answer to everything a person says; groups only to commands
 * and to photos that are meant for the bot. A pressed button is answered anywhere. Throws RetryableError for a photo that shall come
 * again, and nothing else.
 */
export function createListener(parts: ListenParts): (update: Update) => Promise<void> {
  const { token, me, gate, cancelPhotos, smallTalk, limits, logger } = parts;
  const onPress = createPressHandler(parts);

  const bot = new Telegraf(token);
  bot.botInfo = me;
  // Telegraf's own would print it and set the exit code.
  bot.catch((error) => {
    throw error;
  });

  bot.on('callback_query', (ctx) => onPress(ctx.callbackQuery));
  bot.use((ctx, next) => (ctx.message && ctx.from && !ctx.from.is_bot ? next() : undefined));
  bot.command(['start', 'help', 'privacy'], (ctx) => {
    const texts = TEXTS[languageFor(ctx.from.language_code)];
    const replies = {
      start: texts.start,
      help: () => texts.help(limits, me.username),
      privacy: () => texts.privacy(limits),
    };
    smallTalk.say({ chatId: ctx.chat.id }, replies[ctx.command as keyof typeof replies]());
  });
  bot.command('cancel', async (ctx) => {
    const words = await cancelPhotos(ctx.from.id, languageFor(ctx.from.language_code));
    smallTalk.say({ chatId: ctx.chat.id, replyTo: ctx.message.message_id }, words);
  });
  bot.on('message', (ctx) => onMessage(ctx.message, languageFor(ctx.from.language_code)));

  async function onMessage(message: Message, language: Language): Promise<void> {
    const inPrivate = message.chat.type === 'private';
    const incoming = readIncoming(message, limits.maxPhotoBytes);
    if (incoming.kind === 'service') return;
    if (!inPrivate && !(incoming.kind === 'photo' && isForBot(message, me))) return;
    const refusal =
      incoming.kind === 'photo'
        ? await offer(incoming, message, language)
        : 'text' in message && message.text.startsWith('/')
          ? TEXTS[language].unknownCommand()
          : TEXTS[language].notAPhoto[incoming.what];
    if (refusal === undefined) return;
    smallTalk.say({ chatId: message.chat.id, replyTo: message.message_id }, refusal);
  }

  async function offer(photo: Photo, message: Message, language: Language) {
    const chatId = message.chat.id;
    const messageId = message.message_id;
    const userId = message.from?.id ?? chatId;
    const { to } = answerable.parse({ fileId: photo.fileId, to: { userId, chatId, messageId, language } });
    const acceptance = await gate.accept(requestIdOf(token, chatId, messageId), photo, to);
    return typeof acceptance === 'string' ? undefined : acceptance.refusal;
  }

  return async (update) => {
    try {
      await bot.handleUpdate(update);
    } catch (error) {
      if (error instanceof RetryableError) throw error;
      // It must not take its whole batch with it, nor come again and again.
      logger.error({ err: error }, 'Could not handle an update');
    }
  };
}
