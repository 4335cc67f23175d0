// What the bot needs of a chat network. Ids are the network's own, as text.

/** Where a new message of the bot goes. */
export interface Address {
  chatId: string;
  /** The message that it replies to. */
  replyTo?: string | undefined;
  /** The topic of the chat. It holds also if the message that is replied to is gone. */
  topicId?: string | undefined;
  /** It makes no sound. */
  silent?: boolean;
  /** A picture is hidden until it is touched. */
  spoiler?: boolean | undefined;
}

/** Below a message of the bot. `data`, at most 64 bytes, comes back when it is pressed. */
export interface Button {
  text: string;
  data: string;
}

/** 'gone': the message can't be edited. */
export type Edited = 'edited' | 'gone';

/** All methods throw graded errors without secrets or contents: see telegram/telegram-errors.ts for their codes. */
export interface Chat {
  /** Gives the id of the new message. FinalError `delivery_unknown` if the call went out and was not answered. */
  send(to: Address, text: string, button?: Button): Promise<string>;
  /** As `send`, with a picture. */
  sendPicture(to: Address, picture: Buffer, caption: string, button?: Button): Promise<string>;
  /** Removes the button of the message unless it is given again. */
  edit(chatId: string, messageId: string, text: string, button?: Button): Promise<Edited>;
  /** Turns a message into a picture; a message of text too. */
  editIntoPicture(
    message: Pick<Address, 'chatId' | 'spoiler'> & { messageId: string },
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<Edited>;
  /** Also succeeds if the message is gone. */
  delete(chatId: string, messageId: string): Promise<void>;
  /** The bytes of a file. FinalError `file_too_large` (more than `maxBytes`), `file_gone`, `files_out_of_reach`. */
  download(fileId: string, maxBytes: number): Promise<Buffer>;
  /** Shows `text`, at most 200 characters, to the one who pressed a button. A long one stays until it is closed. */
  answerPress(pressId: string, text: string): Promise<void>;
}
