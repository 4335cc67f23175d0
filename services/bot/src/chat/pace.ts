/** When a message may be sent or edited. Deletions, downloads and answers to pressed buttons need no turn. */
export interface Pace {
  /**
   * Takes a turn for a message to `chatId`. If the chat has had its share, throws RetryableError `chat_pace` with the time to
   * wait, so that messages to other chats don't wait behind it.
   *
   * @param who a caller that comes back under the same name keeps its place in the chat's line
   */
  turn(chatId: string, who?: string): Promise<void>;
  /** As `turn`, for what people expect at once, such as the answer to a command. Now and then it goes ahead of the line. */
  soon(chatId: string): Promise<void>;
  /** Takes a turn for an edit that only shows progress. False if an answer might wait for it. */
  spare(chatId: string): Promise<boolean>;
  /** Milliseconds until this chat can have had this many more turns; 0 if it can have them now. */
  waitFor(turns: number, chatId: string): Promise<number>;
}
