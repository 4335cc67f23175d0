export type ChatKind = 'private' | 'group' | 'supergroup';

/** What the bot is in a chat; in a private chat it is `kicked` while the user blocks it. */
export type BotStatus = 'member' | 'administrator' | 'left' | 'kicked';

/** The contents a chat may forbid to those who are no administrators, by their name in ChatPermissions. */
export const PERMISSIONS = ['can_send_messages', 'can_send_photos', 'can_send_documents'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Chats up to this id are supergroups, those between it and 0 basic groups. */
const LAST_SUPERGROUP = -1_000_000_000_000;

/** A chat, without its messages. */
export interface Chat {
  readonly id: number;
  readonly kind: ChatKind;
  title: string;
  /** A supergroup whose messages stand in topics. */
  isForum: boolean;
  /** Names of topics by their `message_thread_id`. */
  topics: Map<number, string>;
  botStatus: BotStatus;
  administrators: Set<number>;
  /** `unnoticed`: forbidden a moment ago, so that Telegram itself refuses and not yet its Bot API server. */
  forbidden: Map<Permission, 'noticed' | 'unnoticed'>;
  /** The user of a private chat has deleted the account. */
  isDeactivated: boolean;
  /** The supergroup that a basic group became. */
  migratedTo: number | undefined;
  /** Whether the last message of any bot was this bot's. */
  botSpokeLast: boolean;
}

/** A chat as it is when nobody has set anything. */
export function createChat(id: number): Chat {
  const kind = kindOf(id);
  return {
    id,
    kind,
    title: 'Group',
    isForum: false,
    topics: new Map(),
    // A group that comes to be by a message: an administrator reads all, whatever its privacy mode.
    botStatus: kind === 'private' ? 'member' : 'administrator',
    administrators: new Set(),
    forbidden: new Map(),
    isDeactivated: false,
    migratedTo: undefined,
    botSpokeLast: false,
  };
}

/** Telegram's ids say what they are of. */
export function kindOf(chatId: number): ChatKind {
  if (chatId > 0) return 'private';
  return chatId > LAST_SUPERGROUP ? 'group' : 'supergroup';
}
