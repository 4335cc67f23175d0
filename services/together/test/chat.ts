import { chatPage, type SeenMessage } from '@attrai/bot/test/chat-page';

const LONGEST_WAIT_MS = 50_000;

/** MIME types as a messenger derives them from a file name. */
const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
};

export class Chat {
  readonly #page: ReturnType<typeof chatPage>;
  readonly #id: number;

  constructor(url: string, id: number) {
    this.#page = chatPage(url);
    this.#id = id;
  }

  messages(): Promise<SeenMessage[]> {
    return this.#page.messages(this.#id);
  }

  /** Resolves to the message's id, as `sendDocument`. */
  sendPhoto(photo: Buffer): Promise<number> {
    return this.#page.send(this.#id, { photo });
  }

  sendDocument(bytes: Buffer, name: string): Promise<number> {
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    return this.#page.send(this.#id, { document: { bytes, name, type } });
  }

  /** Waits for the answer to a message: a picture, or a text that is no placeholder. */
  async answerTo(id: number): Promise<SeenMessage> {
    const until = Date.now() + LONGEST_WAIT_MS;
    while (Date.now() < until) {
      const answer = (await this.messages()).find((message) => message.from === 'bot' && message.reply_to === id);
      if (answer && (answer.photo_url || !/Your photo is next|in the queue/.test(answer.text ?? ''))) return answer;
      await new Promise((next) => setTimeout(next, 50));
    }
    throw new Error(`No answer to message ${id}: ${JSON.stringify(await this.messages())}`);
  }
}
