import { port } from '@attrai/config/common-variables';
import { z } from 'zod';

/** No secret: it opens nothing but a sandbox on this machine. */
export const LOCAL_TOKEN = '1000001:local-sandbox';

/** What `pnpm start:sandbox` reads. */
export const sandboxConfig = z.object({
  PORT: port().default(8080).describe('port of the page and the Bot API of the sandbox; 0 takes a free one'),
  BOT_TOKEN: z.string().default(LOCAL_TOKEN).describe('token of the bot'),
  SANDBOX_HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'address the sandbox listens on; another than loopback is for tests on closed networks only, and needs SANDBOX_NAMES',
    ),
  SANDBOX_NAMES: z
    .string()
    .default('')
    .describe('further `name:port` the sandbox answers to, with commas between; for tests on closed networks only'),
});
