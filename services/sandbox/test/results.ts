/**
 * The parts of https://core.telegram.org/bots/api#available-types that tests read. Telegram leaves out fields without a
 * value; here all are declared as present, since a test that reads a missing one should fail.
 */
export interface File {
  file_id: string;
  file_size: number;
  file_path: string;
}

export interface Message {
  message_id: number;
  text: string;
  caption: string;
  entities: object[];
  media_group_id: string;
  photo: Some<File & { width: number; height: number }>;
  document: File;
  sticker: File;
  reply_to_message: Message;
}

export interface Update {
  update_id: number;
  message: Message;
  callback_query: { id: string; chat_instance: string; data: string; message: Message };
}

/** An array whose first elements a test may read without a check. */
export type Some<T> = [T, T, ...T[]];

interface Results {
  getUpdates: Some<Update>;
  getFile: File;
  getChatMember: { status: string };
  sendMessage: Message;
  sendPhoto: Message;
  sendDocument: Message;
  sendMediaGroup: Some<Message>;
  copyMessage: Pick<Message, 'message_id'>;
  editMessageText: Message;
  editMessageMedia: Message;
}

export type Result<Method extends string> = Method extends keyof Results ? Results[Method] : unknown;

/** The body of an answer: https://core.telegram.org/bots/api#making-requests */
export interface Answer<Method extends string> {
  ok: boolean;
  result: Result<Method>;
  error_code: number;
  description: string;
  parameters: { retry_after: number };
}
