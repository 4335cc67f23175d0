import { setTimeout as pause } from 'node:timers/promises';
import { gradeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { BotCommand } from 'telegraf/types';
import { pauseAfterFailure } from './pause-after-failure.ts';
import type { TelegramApi } from './telegram-api.ts';

/** What those whose Telegram speaks `language` see; undefined for all whose language the bot doesn't speak. */
export interface Profile {
  language?: string;
  commands: BotCommand[];
  description: string;
  shortDescription: string;
}

interface Introduction {
  api: Pick<
    TelegramApi,
    'commands' | 'setCommands' | 'description' | 'setDescription' | 'shortDescription' | 'setShortDescription'
  >;
  logger: Logger;
  stopping: AbortSignal;
}

/** Of one setting; waits that Telegram asks for don't count. */
const TRIES = 5;

/**
 * Tells Telegram the bot's commands and descriptions, where they are others than it has: it limits how often they may be set, and
 * then wants minutes of rest, which are kept. Ends early when `stopping` is aborted. Never throws: the bot works without it.
 */
export async function introduce(profiles: Profile[], parts: Introduction): Promise<void> {
  const { api, logger, stopping } = parts;
  let isTold = false;
  for (const { language, commands, description, shortDescription } of profiles) {
    await settle(async () => {
      if (!isSame(await api.commands(language), commands)) await api.setCommands(commands, language);
    });
    await settle(async () => {
      if ((await api.description(language)) !== description) await api.setDescription(description, language);
    });
    await settle(async () => {
      if ((await api.shortDescription(language)) !== shortDescription)
        await api.setShortDescription(shortDescription, language);
    });
  }

  async function settle(setting: () => Promise<void>): Promise<void> {
    for (let failures = 0; failures < TRIES && !stopping.aborted; ) {
      try {
        return await setting();
      } catch (error) {
        if (stopping.aborted) return;
        const said = 'Could not tell Telegram the commands and the description; the commands work nevertheless';
        if (!isTold) logger.warn({ err: error }, said);
        isTold = true;
        if (gradeOf(error) !== 'retryable') return;
        if (!(error instanceof RetryableError && error.retryAfterMs !== undefined)) failures += 1;
        await pause(pauseAfterFailure(error, failures), undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }
}

function isSame(there: BotCommand[], wanted: BotCommand[]): boolean {
  const plain = (commands: BotCommand[]) => commands.map(({ command, description }) => [command, description]);
  return JSON.stringify(plain(there)) === JSON.stringify(plain(wanted));
}
