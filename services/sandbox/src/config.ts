import { port } from '@attrai/config/common-variables';
import { z } from 'zod';

/** Not a secret: it opens only a sandbox on this machine. */
export const LOCAL_TOKEN = '1000001:local-sandbox';

export const sandboxConfig = z.object({
  PORT: port().default(8080).describe('port of the page and the Bot API of the sandbox; 0 takes a free one'),
  BOT_TOKEN: z.string().default(LOCAL_TOKEN).describe('token of the bot'),
  SANDBOX_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address to listen on; other than loopback only for tests on closed networks, with SANDBOX_NAMES'),
  SANDBOX_NAMES: z
    .string()
    .default('')
    .describe('more `name:port` that the sandbox answers to, separated by commas; only for tests on closed networks'),
});
