import { isDeepStrictEqual } from 'node:util';
import { gradeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { BotCommand } from 'telegraf/types';
import { pause } from '../pause.ts';
import type { BotApi } from './bot-api.ts';
import { pauseAfterFailure } from './pause-after-failure.ts';

/** What people see whose Telegram speaks `language`; undefined is for all languages that the bot doesn't speak. */
export interface Profile {
  language?: string;
  commands: BotCommand[];
  description: string;
  shortDescription: string;
}

interface Introduction {
  api: Pick<BotApi, 'call'>;
  logger: Logger;
  stopping: AbortSignal;
}

/** For one setting. A wait that Telegram asks for doesn't count. */
const TRIES = 5;

/**
 * Tells Telegram the commands and descriptions that it doesn't have yet. Telegram limits how often they may be set, and asks for
 * pauses of minutes. Ends early when `stopping` is aborted. Never throws: the bot works without it.
 */
export async function introduce(profiles: Profile[], { api, logger, stopping }: Introduction): Promise<void> {
  let isTold = false;
  for (const { language: language_code, commands, description, shortDescription: short_description } of profiles) {
    await keepTrying('MyCommands', { commands }, { language_code });
    await keepTrying('MyDescription', { description }, { language_code });
    await keepTrying('MyShortDescription', { short_description }, { language_code });
  }

  async function keepTrying(name: string, wanted: object, of: { language_code: string | undefined }): Promise<void> {
    for (let failures = 0; failures < TRIES && !stopping.aborted; ) {
      try {
        const known = plain(await api.call<object>(`get${name}`, of));
        const isSame = Object.entries(wanted).every(([field, value]) => isDeepStrictEqual(known[field], value));
        if (!isSame) await api.call(`set${name}`, { ...wanted, ...of });
        return;
      } catch (error) {
        if (stopping.aborted) return;
        const said = 'Could not tell Telegram the commands and the description; the commands work nevertheless';
        if (!isTold) logger.warn({ err: error }, said);
        isTold = true;
        if (gradeOf(error) !== 'retryable') return;
        if (!(error instanceof RetryableError && error.retryAfterMs !== undefined)) failures += 1;
        await pause(pauseAfterFailure(error, failures), stopping);
      }
    }
  }
}

/** In the shape of what is set: getMyCommands gives the list alone. */
function plain(known: object): Record<string, unknown> {
  if (!Array.isArray(known)) return { ...known };
  return { commands: (known as BotCommand[]).map(({ command, description }) => ({ command, description })) };
}
