import type { Chat } from '../chat/chat.ts';
import { type Content, type StoredMessage, textOf } from '../chat/message.ts';
import type { BotProfile } from './bot-profile.ts';

interface Seen {
  content: Content;
  viaBot: boolean;
  repliedTo: StoredMessage | undefined;
}

/**
 * Whether a bot gets a message. With privacy mode, in a group it gets: service messages; commands that name it; commands
 * without a bot name, if no other bot wrote after it; replies to its messages; messages sent via it. An administrator gets all.
 * https://core.telegram.org/bots/features#privacy-mode
 */
export function reachesBot({ content, viaBot, repliedTo }: Seen, chat: Chat, bot: BotProfile): boolean {
  if (chat.kind === 'private' || bot.readsAllGroupMessages || chat.botStatus === 'administrator') return true;
  if (content.kind === 'service' || viaBot || repliedTo?.from === 'bot') return true;
  return addressees(content).some((name) => (name ? name === bot.username.toLowerCase() : chat.botSpokeLast));
}

/** The bots that the commands in a text or caption name, in lower case; '' for a command without a bot name. */
function addressees(content: Content): string[] {
  const { text, entities } = textOf(content);
  const commands = entities.filter(({ type }) => type === 'bot_command');
  const words = commands.map(({ offset, length }) => text.slice(offset, offset + length).toLowerCase());
  return words.map((word) => word.split('@')[1] ?? '');
}
