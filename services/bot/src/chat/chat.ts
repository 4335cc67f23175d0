// What the bot needs of a chat network. Ids are the network's own, as text.

/** A message of ours on its way: to which chat, and to which of the user's messages it replies. */
export interface Address {
  chatId: string;
  replyTo?: string | undefined;
  /** The topic of the chat. It holds also if the message that is replied to is gone. */
  topicId?: string | undefined;
  /** It makes no sound. */
  silent?: boolean;
  /** A picture is hidden until it is touched. */
  spoiler?: boolean | undefined;
}

/** Below a message of ours. `data` comes back when it is pressed: at most 64 bytes. */
export interface Button {
  text: string;
  data: string;
}

/** 'gone': the message can't be edited (any more). */
export type Edited = 'edited' | 'gone';

/** All methods throw graded errors without secrets or contents: see telegram/telegram-errors.ts for their codes. */
export interface Chat {
  /** The id of the new message. Never repeated once it went out: FinalError `delivery_unknown`. */
  send(to: Address, text: string, button?: Button): Promise<string>;
  /** As `send`, with a picture. */
  sendPicture(to: Address, picture: Buffer, caption: string, button?: Button): Promise<string>;
  /** An edit takes away the button there was, unless it is given again. */
  edit(chatId: string, messageId: string, text: string, button?: Button): Promise<Edited>;
  /** Turns a message, also one of text alone, into a picture. */
  editIntoPicture(
    to: Pick<Address, 'chatId' | 'spoiler'>,
    messageId: string,
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<Edited>;
  /** Of a message that is gone it is done already. */
  delete(chatId: string, messageId: string): Promise<void>;
  /** The bytes of a file. FinalError `file_too_large` beyond `maxBytes`, `file_gone` if the network has it no more, `files_out_of_reach`. */
  download(fileId: string, maxBytes: number): Promise<Buffer>;
  /** Shows `text`, at most 200 characters, to who pressed a button: in passing if it is short, else until they have read it. */
  answerPress(pressId: string, text: string): Promise<void>;
}
