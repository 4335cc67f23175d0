import type { SentCommand } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import { type CancelParts, cancelPhotos } from './cancel.ts';
import { type StatsParts, tellStats } from './stats.ts';

export interface CommandParts extends CancelParts, StatsParts {
  /** The bot's name on the network, without @. */
  username: string;
  /** Group privacy is off: the bot gets all messages of its groups. */
  readsAllInGroups: boolean;
  limits: Limits;
}

/** The answer to a command. Undefined for an unknown command in a group, which may be another bot's. */
export async function answerCommand(command: SentCommand, parts: CommandParts): Promise<string | undefined> {
  const { limits, username, readsAllInGroups } = parts;
  const { inPrivate } = command;
  const language = languageFor(command.from.language);
  const texts = TEXTS[language];
  // For others it is an unknown command.
  if (command.name === 'stats' && parts.admins.has(command.from.id)) return tellStats(language, parts);
  switch (command.name) {
    case 'start':
      return inPrivate ? texts.start() : texts.startInGroup(username);
    case 'help':
      return inPrivate ? texts.help(limits, username) : texts.helpInGroup(limits, username, readsAllInGroups);
    case 'privacy':
      return texts.privacy(limits);
    case 'cancel':
      return cancelPhotos(command.from.id, language, parts);
    default:
      return inPrivate ? texts.unknownCommand() : undefined;
  }
}
