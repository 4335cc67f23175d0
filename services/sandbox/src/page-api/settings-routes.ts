import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Telegram } from '../bot-api/telegram.ts';
import { check } from './http-error.ts';

const settings = z.strictObject({
  /** As /setprivacy of @BotFather. Without it, the bot gets all messages of groups. */
  privacy_mode: z.boolean().optional(),
  /** Topics in private chats; @BotFather calls this threaded mode. */
  has_topics_enabled: z.boolean().optional(),
  /** Refuses too many messages in a short time with 429. */
  limits: z.boolean().optional(),
});

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
