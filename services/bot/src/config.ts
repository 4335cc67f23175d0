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
import { TELEGRAM } from './telegram/http-client.ts';
import { proxyFor } from './telegram/proxy-setting.ts';

/** Estimators read files up to 50 MB. RabbitMQ takes messages up to 16 MiB. */
const MOST_BYTES = { volume: 50_000_000, message: 15_000_000 };
/** Telegram's limit for downloads. A Bot API server of one's own with `--local` has none. */
const TELEGRAM_BYTES = 20_000_000;

const whole = (least: number, most: number) =>
  z.coerce.number(`expected a whole number, ${least} to ${most}`).int().min(least).max(most);

/** What one user may send; shared with the one-process mode. */
export const limitVariables = {
  MAX_PHOTO_BYTES: whole(1, MOST_BYTES.volume)
    .default(TELEGRAM_BYTES)
    .describe(
      'largest photo or image file, in bytes; at most 15000000 with `PHOTO_STORE=message`, and 20000000 without `TELEGRAM_FILES_DIR` and `TELEGRAM_FILE_ROOT`',
    ),
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
  .enum(['ask', 'refuse'], { error: 'expected ask or refuse' })
  .default('ask')
  .describe(
    'faces that may be under 18: `ask` puts a button below the answer, by which the sender says that everybody is an adult, and then scores them; `refuse` never does',
  );

const TELEGRAM_API_ROOT = z
  .url({ protocol: /^https?$/, error: 'expected a URL like https://api.telegram.org' })
  .optional()
  .describe("another Bot API server than Telegram's own");

const TELEGRAM_PROXY = z
  .url({ protocol: /^(https?|socks5h?)$/, error: 'expected a URL like http://host:3128 or socks5://host:1080' })
  .optional()
  .meta({
    description:
      'proxy for all calls to Telegram: `http://`, `https://` or `socks5://`, with `user:password@` before the host if it wants them. Without it `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` are followed; `NO_PROXY` goes before all of them',
    secret: 'whole',
  });

/** How to reach Telegram; shared with the one-process mode. */
export const telegramVariables = {
  TELEGRAM_API_ROOT,
  TELEGRAM_PROXY,
  TELEGRAM_FILES_DIR: z
    .string()
    .regex(/^(\/|[A-Za-z]:\\)/, 'expected an absolute path like /var/lib/telegram-bot-api')
    .optional()
    .describe(
      'where this machine has the working folder of a Bot API server of your own: the bot reads files there, and nothing outside of it. With `--local` it must be set, or `TELEGRAM_FILE_ROOT`',
    ),
  TELEGRAM_FILE_ROOT: z
    .url({ protocol: /^https?$/, error: 'expected a URL like http://files.example:8082' })
    .optional()
    .describe(
      'web server that serves the working folder of a Bot API server of your own, `<folder>/<token>/<path>` as `/file/bot<token>/<path>`',
    ),
};

/** Where Telegram and its files are, and which proxies to use. `env` has HTTPS_PROXY and the like. */
export function telegramOf(config: z.output<z.ZodObject<typeof telegramVariables>>, env = process.env) {
  const { TELEGRAM_API_ROOT: apiRoot, TELEGRAM_FILE_ROOT: fileRoot } = config;
  const proxyTo = (root: string) => proxyFor(root, config.TELEGRAM_PROXY, env);
  const server = fileRoot === undefined ? undefined : { root: fileRoot, proxy: proxyTo(fileRoot) };
  return { apiRoot, proxy: proxyTo(apiRoot ?? TELEGRAM), files: { dir: config.TELEGRAM_FILES_DIR, server } };
}

/** Numbers of users and chats. Those of groups are negative. */
function ids(pattern: RegExp, expected: string) {
  return z.string().transform((text, context): ReadonlySet<string> => {
    const given = text.split(/[\s,]+/).filter((id) => id !== '');
    if (given.length === 0 || !given.every((id) => pattern.test(id))) {
      context.addIssue({ code: 'custom', message: `expected ${expected}, separated by commas or spaces` });
    }
    return new Set(given);
  });
}

/** Who may use the bot and /stats; shared with the one-process mode. */
export const accessVariables = {
  ALLOWED_CHATS: ids(/^-?[1-9]\d*$/, 'numbers of users and groups like 123456789 or -1001234567890')
    .optional()
    .meta({
      description:
        'numbers of the users and groups that may use the bot, separated by commas or spaces: these users anywhere, and everybody in these groups. Others are told once that the bot is private. Without it everybody may',
      secret: 'whole',
    }),
  ADMIN_IDS: ids(/^[1-9]\d*$/, 'numbers of users like 123456789')
    .optional()
    .meta({
      description: 'numbers of the users whom the bot answers `/stats`; they may always use it',
      secret: 'whole',
    }),
};

export function accessOf({ ALLOWED_CHATS, ADMIN_IDS }: z.output<z.ZodObject<typeof accessVariables>>) {
  return { allowed: ALLOWED_CHATS, admins: ADMIN_IDS ?? new Set<string>() };
}

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
  ...telegramVariables,
  ...accessVariables,
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

/** A token in the path gets into the proxy's logs. Once it was the way to recognize Telegram's requests. */
export const botConfig = variables.refine(({ BOT_TOKEN, WEBHOOK_URL }) => !WEBHOOK_URL?.includes(BOT_TOKEN), {
  path: ['WEBHOOK_URL'],
  error: "must not hold the bot's token; every path is safe, as Telegram's requests bear a secret of their own",
});

const { TELEGRAM_FILES_DIR, TELEGRAM_FILE_ROOT } = telegramVariables;
const limitsConfig = z.object({ ...limitVariables, PHOTO_STORE, TELEGRAM_FILES_DIR, TELEGRAM_FILE_ROOT });

export function limitsOf(config: z.output<typeof limitsConfig>): Limits {
  const own = config.TELEGRAM_FILES_DIR ?? config.TELEGRAM_FILE_ROOT;
  const mostSent = own === undefined ? TELEGRAM_BYTES : Number.POSITIVE_INFINITY;
  return {
    maxPhotoBytes: Math.min(config.MAX_PHOTO_BYTES, MOST_BYTES[config.PHOTO_STORE], mostSent),
    minPhotoSide: config.MIN_PHOTO_SIDE,
    maxActivePerUser: config.MAX_ACTIVE_PER_USER,
    requestsPerWindow: config.REQUESTS_PER_WINDOW,
    windowSeconds: config.WINDOW_SECONDS,
    deadlineSeconds: config.DEADLINE_SECONDS,
  };
}
