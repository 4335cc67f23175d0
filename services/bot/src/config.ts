import {
  AMQP_TLS,
  AMQP_URL,
  GRAYLOG_URL,
  HEALTH_HOST,
  HEALTH_PORT,
  LOG_LEVEL,
  PHOTO_DIR,
  PHOTO_STORE,
  port,
  REDIS_TLS,
  REDIS_URL,
} from '@attrai/config/common-variables';
import { z } from 'zod';
import type { Limits } from './limits/limits.ts';

/** Telegram hands files out up to this size; RabbitMQ takes messages up to 16 MiB. */
const MOST_BYTES = { volume: 20_000_000, message: 15_000_000 };

const whole = (least: number, most: number) =>
  z.coerce.number(`expected a whole number, ${least} to ${most}`).int().min(least).max(most);

/** What one user may send; shared with the one-process mode. */
export const limitVariables = {
  MAX_PHOTO_BYTES: whole(1, MOST_BYTES.volume)
    .default(MOST_BYTES.volume)
    .describe('largest photo or image file, in bytes; at most 15000000 with `PHOTO_STORE=message`'),
  MIN_PHOTO_SIDE: whole(1, 10_000).default(64).describe('least pixels of the shorter side of a photo'),
  MAX_ACTIVE_PER_USER: whole(1, 1_000)
    .default(10)
    .describe('photos of one user in work at once; an album has up to 10'),
  REQUESTS_PER_WINDOW: whole(1, 1_000_000).default(60).describe('photos of one user in WINDOW_SECONDS'),
  WINDOW_SECONDS: whole(1, 86_400).default(600).describe('length of the window of REQUESTS_PER_WINDOW, in seconds'),
  DEADLINE_SECONDS: whole(10, 86_400)
    .default(600)
    .describe('an accepted photo is answered within this, if only by saying that it took too long'),
};

export const UNSURE_FACES = z
  .enum(['ask', 'refuse'])
  .default('ask')
  .describe(
    'faces that may be under 18: `ask` puts a button below the answer, by which the sender says that everybody is an adult, and then scores them; `refuse` never does',
  );

export const TELEGRAM_API_ROOT = z
  .url({ protocol: /^https?$/, error: 'expected a URL like https://api.telegram.org' })
  .optional()
  .describe("another Bot API server than Telegram's own");

const WEBHOOK_URL = z
  .url({ protocol: /^https?$/, error: 'expected a URL like https://bot.example.org/updates' })
  .optional()
  .describe(
    'public address to which Telegram brings updates; without it the bot polls. Have a reverse proxy end its TLS. No part of it need be secret',
  );

const WEBHOOK_PORT = port().default(8443).describe('port, plain HTTP, to which the proxy of `WEBHOOK_URL` passes on');

export const INBOX_DIR = z
  .string()
  .default('.data/inbox')
  .describe(
    "the bot's own folder: pictures that travelled in a message wait there to be sent, unreadable messages for you",
  );

const variables = z.object({
  BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]{10,}$/, 'expected a token like 123456789:AbC... from @BotFather')
    .meta({ description: 'token of the bot', secret: 'whole' }),
  TELEGRAM_API_ROOT,
  WEBHOOK_URL,
  WEBHOOK_PORT,
  AMQP_URL,
  ...AMQP_TLS,
  REDIS_URL,
  ...REDIS_TLS,
  PHOTO_STORE,
  PHOTO_DIR,
  INBOX_DIR,
  ...limitVariables,
  UNSURE_FACES,
  GRAYLOG_URL,
  LOG_LEVEL,
  HEALTH_HOST,
  HEALTH_PORT,
});

/** The token in the path was the old way to tell Telegram's requests from others, and puts it into a proxy's logs. */
export const botConfig = variables.refine(({ BOT_TOKEN, WEBHOOK_URL }) => !WEBHOOK_URL?.includes(BOT_TOKEN), {
  path: ['WEBHOOK_URL'],
  error: "must not hold the bot's token; every path is safe, as Telegram's requests bear a secret of their own",
});

const limitsConfig = z.object({ ...limitVariables, PHOTO_STORE });

/** The limits the variables give. */
export function limitsOf(config: z.output<typeof limitsConfig>): Limits {
  return {
    maxPhotoBytes: Math.min(config.MAX_PHOTO_BYTES, MOST_BYTES[config.PHOTO_STORE]),
    minPhotoSide: config.MIN_PHOTO_SIDE,
    maxActivePerUser: config.MAX_ACTIVE_PER_USER,
    requestsPerWindow: config.REQUESTS_PER_WINDOW,
    windowSeconds: config.WINDOW_SECONDS,
    deadlineSeconds: config.DEADLINE_SECONDS,
  };
}
