import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Telegram } from '../bot-api/telegram.ts';
import { check } from './http-error.ts';

const settings = z.strictObject({
  /** What @BotFather's /setprivacy turns: off, the bot sees all that is written in groups. */
  privacy_mode: z.boolean().optional(),
  /** What @BotFather calls threaded mode: topics in private chats. */
  has_topics_enabled: z.boolean().optional(),
  /** Whether too many messages in too short a time are refused with 429. */
  limits: z.boolean().optional(),
});

/** What is set for the bot as a whole. */
export function serveSettings(app: FastifyInstance, { bot, pace }: Telegram): void {
  const all = () => ({
    privacy_mode: !bot.readsAllGroupMessages,
    has_topics_enabled: bot.hasTopics,
    limits: pace.isOn,
  });

  app.get('/api/settings', all);

  app.patch('/api/settings', (request) => {
    const given = check(settings, request.body);
    bot.readsAllGroupMessages = given.privacy_mode === undefined ? bot.readsAllGroupMessages : !given.privacy_mode;
    bot.hasTopics = given.has_topics_enabled ?? bot.hasTopics;
    pace.isOn = given.limits ?? pace.isOn;
    return all();
  });
}
