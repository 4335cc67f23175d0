import { botConfig, limitVariables, TELEGRAM_API_ROOT, UNSURE_FACES } from '@attrai/bot/config';
import { AMQP_URL, GRAYLOG_URL, LOG_LEVEL, PHOTO_STORE, port, REDIS_URL } from '@attrai/config/common-variables';
import { visionVariables } from '@attrai/estimator/config';
import { z } from 'zod';

/** Without a variable a stand-in is used: the sandbox for Telegram, this process's memory for RabbitMQ and Redis. */
const variables = z.object({
  PORT: port().default(8080).describe('port of the page and the Bot API of the sandbox; 0 takes a free one'),
  BOT_TOKEN: botConfig.shape.BOT_TOKEN.optional(),
  TELEGRAM_API_ROOT,
  AMQP_URL: AMQP_URL.optional(),
  REDIS_URL: REDIS_URL.optional(),
  PHOTO_STORE,
  ...limitVariables,
  UNSURE_FACES,
  ...visionVariables,
  GRAYLOG_URL,
  LOG_LEVEL: LOG_LEVEL.removeDefault().default('warn'),
});

export const togetherConfig = variables.refine(({ BOT_TOKEN, TELEGRAM_API_ROOT }) => BOT_TOKEN || !TELEGRAM_API_ROOT, {
  path: ['TELEGRAM_API_ROOT'],
  error: 'needs BOT_TOKEN: set both, or none to chat in the sandbox',
});

export type TogetherConfig = z.output<typeof togetherConfig>;
