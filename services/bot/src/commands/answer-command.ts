import type { SentCommand } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import { type CancelParts, cancelPhotos } from './cancel.ts';

export interface CommandParts extends CancelParts {
  /** The bot's name on the network, without @. */
  username: string;
  /** Group privacy is off: the bot gets all that is written in its groups. */
  readsAllInGroups: boolean;
  limits: Limits;
}

/** What to say to a command; undefined in a group if the bot doesn't know it, as it may be another bot's. */
export async function answerCommand(command: SentCommand, parts: CommandParts): Promise<string | undefined> {
  const { limits, username, readsAllInGroups } = parts;
  const { inPrivate } = command;
  const language = languageFor(command.from.language);
  const texts = TEXTS[language];
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
