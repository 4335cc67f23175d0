import type { Chat } from '../chat/chat.ts';
import { type Content, type StoredMessage, textOf } from '../chat/message.ts';
import type { BotProfile } from './wire.ts';

/** What decides whether a message of a group reaches the bot. */
export interface Seen {
  content: Content;
  viaBot: boolean;
  repliedTo: StoredMessage | undefined;
}

/**
 * Whether a message is for the bot to see. With privacy mode on, of what people write in a group these are: commands
 * that name it (those that name nobody when it was the last bot to write), replies to its messages, and what was sent
 * via it; and always what happens to the chat. An administrator sees all.
 * https://core.telegram.org/bots/features#privacy-mode
 */
export function reachesBot({ content, viaBot, repliedTo }: Seen, chat: Chat, bot: BotProfile): boolean {
  if (chat.kind === 'private' || bot.readsAllGroupMessages || chat.botStatus === 'administrator') return true;
  if (content.kind === 'service' || viaBot || repliedTo?.from === 'bot') return true;
  return addressees(content).some((name) => (name ? name === bot.username.toLowerCase() : chat.botSpokeLast));
}

/** Whom the commands in a text or caption name, in lower case; '' for a command that names nobody. */
function addressees(content: Content): string[] {
  const { text, entities } = textOf(content);
  return entities
    .filter(({ type }) => type === 'bot_command')
    .map(
      ({ offset, length }) =>
        text
          .slice(offset, offset + length)
          .split('@')[1]
          ?.toLowerCase() ?? '',
    );
}
