export interface BotProfile {
  id: number;
  name: string;
  username: string;
  /** False with privacy mode, which is on for a new bot. */
  readsAllGroupMessages: boolean;
  /** Private chats may have topics. */
  hasTopics: boolean;
}
