type ChatKind = 'private' | 'group' | 'supergroup';

/** Status of the bot in a chat; `kicked` in a private chat while the user blocks it. */
export type BotStatus = 'member' | 'administrator' | 'left' | 'kicked';

/** Permissions of members who are not administrators, by their names in ChatPermissions. */
export const PERMISSIONS = ['can_send_messages', 'can_send_photos', 'can_send_documents'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Chats up to this id are supergroups. Other negative ids are basic groups. */
const LAST_SUPERGROUP = -1_000_000_000_000;

export interface Chat {
  readonly id: number;
  readonly kind: ChatKind;
  title: string;
  isForum: boolean;
  /** Names of topics by their `message_thread_id`. */
  topics: Map<number, string>;
  botStatus: BotStatus;
  administrators: Set<number>;
  /** `unnoticed`: only just forbidden, so that Telegram refuses, but not yet its Bot API server. */
  forbidden: Map<Permission, 'noticed' | 'unnoticed'>;
  /** The user of a private chat has deleted their account. */
  isDeactivated: boolean;
  /** Id of the supergroup that a basic group has become. */
  migratedTo: number | undefined;
  /** Of all bots, this one wrote last. */
  botSpokeLast: boolean;
}

export function createChat(id: number): Chat {
  const kind = kindOf(id);
  return {
    id,
    kind,
    title: 'Group',
    isForum: false,
    topics: new Map(),
    // In a group that a message creates, the bot gets all messages, because it is administrator.
    botStatus: kind === 'private' ? 'member' : 'administrator',
    administrators: new Set(),
    forbidden: new Map(),
    isDeactivated: false,
    migratedTo: undefined,
    botSpokeLast: false,
  };
}

function kindOf(chatId: number): ChatKind {
  if (chatId > 0) return 'private';
  return chatId > LAST_SUPERGROUP ? 'group' : 'supergroup';
}
