/** When a message may be sent or edited. Deletions, downloads and answers to pressed buttons need no turn. */
export interface Pace {
  /**
   * Takes a turn for a message of `chatId`. Throws RetryableError `chat_pace` with the time to wait if this chat has had its
   * share: nobody else shall wait behind it.
   *
   * @param who comes back under the same name and keeps its place among those who wait for this chat
   */
  turn(chatId: string, who?: string): Promise<void>;
  /** The same for what people expect at once, such as the answer to a command: now and then it goes ahead of those who wait. */
  soon(chatId: string): Promise<void>;
  /** Takes a turn for an edit nobody needs, if it can be made now without getting into an answer's way. */
  spare(chatId: string): Promise<boolean>;
  /** How long it takes until this chat has had so many more turns, milliseconds; 0 if they can all be had now. */
  waitFor(turns: number, chatId: string): Promise<number>;
}
