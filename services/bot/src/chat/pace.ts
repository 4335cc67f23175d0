/** When a call to the chat network may be made. */
export interface Pace {
  /**
   * Waits for a turn among all chats. Throws RetryableError `chat_pace` with the time to wait if this chat has had its
   * share: nobody else shall wait behind it.
   */
  turn(chatId: string): Promise<void>;
  /** True if an edit nobody needs can be made now without getting into an answer's way. */
  spare(chatId: string): Promise<boolean>;
  /** How long it takes until this chat has had so many more turns, milliseconds; 0 if they can all be had now. */
  waitFor(turns: number, chatId: string): Promise<number>;
}
