import { accessVariables, botConfig, limitVariables, telegramVariables, UNSURE_FACES } from '@attrai/bot/config';
import {
  AMQP_TLS,
  AMQP_URL,
  GRAYLOG_URL,
  LOG_LEVEL,
  PHOTO_STORE,
  port,
  REDIS_TLS,
  REDIS_URL,
} from '@attrai/config/common-variables';
import { visionVariables } from '@attrai/estimator/config';
import { z } from 'zod';

/** Without a variable a stand-in is used: the sandbox for Telegram, this process's memory for RabbitMQ and Redis. */
const variables = z.object({
  PORT: port().default(8080).describe('port of the page and the Bot API of the sandbox; 0 takes a free one'),
  BOT_TOKEN: botConfig.shape.BOT_TOKEN.optional(),
  ...telegramVariables,
  ...accessVariables,
  AMQP_URL: AMQP_URL.optional(),
  ...AMQP_TLS,
  REDIS_URL: REDIS_URL.optional(),
  ...REDIS_TLS,
  PHOTO_STORE,
  ...limitVariables,
  UNSURE_FACES,
  ...visionVariables,
  GRAYLOG_URL,
  LOG_LEVEL: LOG_LEVEL.removeDefault().default('warn'),
});

export const togetherConfig = variables.superRefine((config, context) => {
  const names = Object.keys(telegramVariables) as (keyof typeof telegramVariables)[];
  for (const name of config.BOT_TOKEN ? [] : names.filter((one) => config[one] !== undefined)) {
    const message = 'needs BOT_TOKEN: set both, or none to chat in the sandbox';
    context.addIssue({ code: 'custom', path: [name], message });
  }
});

export type TogetherConfig = z.output<typeof togetherConfig>;
