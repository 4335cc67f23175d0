import { postMessage, Refused } from './chat-client.js';

/** The server's limit for one file, bytes. */
export const MAX_FILE = 50 * 1024 * 1024;

/**
 * Sends what the user wrote, one after the other, and shows each at once. What fails for want of a connection goes
 * out when it is back; the same key twice is one message to the server.
 */
export class Outbox {
  #queue = [];
  /** Settles when all asked for so far stands in the queue: pictures are measured first, and none may be overtaken. */
  #queued = Promise.resolve();
  #working = false;

  /**
   * @param {object} parts
   * @param {import('./place.js').Place} parts.place
   * @param {import('./message-list.js').MessageList} parts.list
   * @param {() => {say: (name: string) => string, language: string}} parts.texts
   * @param {() => void} parts.onAct the user has done something about a message that was not sent
   */
  constructor({ place, list, texts, onAct }) {
    this.place = place;
    this.list = list;
    this.texts = texts;
    this.onAct = onAct;
  }

  /** @param {string} text @param {number} [replyTo] the message it answers */
  sendText(text, replyTo) {
    return this.#inOrder(() => this.#add({ text, replyTo }));
  }

  /**
   * Sends files as one album, the caption with the first. `asPhoto` makes a photo of what the browser can show,
   * `mustBePhoto` of anything, though the sandbox may refuse that.
   *
   * @param {{file: File, asPhoto: boolean, mustBePhoto?: boolean}[]} files
   * @param {string} caption
   * @param {number} [replyTo] the message they answer
   */
  sendFiles(files, caption, replyTo) {
    const group = files.length > 1 ? crypto.randomUUID() : undefined;
    return this.#inOrder(async () => {
      for (const [index, { file, asPhoto, mustBePhoto = false }] of files.entries()) {
        const size = asPhoto ? await pictureSize(file) : undefined;
        const text = index === 0 ? caption : '';
        this.#add({ text, file, size, asPhoto: mustBePhoto || size !== undefined, group, replyTo });
      }
    });
  }

  /** The connection is back. */
  resume() {
    this.#work();
  }

  #inOrder(add) {
    this.#queued = this.#queued.then(add);
    return this.#queued;
  }

  #add({ text, file, size, asPhoto = false, group, replyTo }) {
    const key = crypto.randomUUID();
    const view = {
      client_key: key,
      from: 'user',
      date: Date.now(),
      state: 'sending',
      ...(replyTo !== undefined && { reply_to: replyTo }),
      ...(file ? text && { caption: text } : { text }),
      ...(size && { photo_url: URL.createObjectURL(file), photo_width: size.width, photo_height: size.height }),
      ...(file && !size && { document_name: file.name, document_size: file.size }),
    };
    this.list.putPending(view);
    this.#queue.push({ key, text, file, asPhoto, group, replyTo, view });
    this.#work();
  }

  async #work() {
    if (this.#working) return;
    this.#working = true;
    while (this.#queue.length > 0 && (await this.#send(this.#queue[0]))) this.#queue.shift();
    this.#working = false;
  }

  /** Resolves to false when it must be tried again later. */
  async #send(item) {
    const { key, view } = item;
    if (!this.list.isPending(key)) return true;
    this.#show(item, { state: 'sending' });
    try {
      const { message_id } = await postMessage(this.place.chatId, this.#fields(item), (share) =>
        this.list.showProgress(key, share),
      );
      if (this.list.isPending(key)) this.list.put({ ...view, state: undefined, message_id });
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) {
        this.#show(item, { state: 'waiting' });
        return false;
      }
      this.#fail(item, error);
      return true;
    }
  }

  #fields({ key, text, file, asPhoto, group, replyTo }) {
    return {
      ...this.place.fields,
      text,
      reply_to: replyTo,
      client_key: key,
      media_group_id: group,
      language_code: this.texts().language,
      [asPhoto ? 'photo' : 'document']: file,
    };
  }

  #fail(item, error) {
    const { say } = this.texts();
    const again = (change) => {
      Object.assign(item, change);
      this.#queue.push(item);
      this.#work();
      this.onAct();
    };
    const discard = () => {
      this.list.removePending(item.key);
      this.onAct();
    };
    const actions = [[say('retry'), () => again({})]];
    if (item.asPhoto) actions.push([say('asFile'), () => again({ asPhoto: false })]);
    actions.push([say('discard'), discard]);
    this.#show(item, { state: 'failed', problem: `${say('notSent')} ${error.message}`, actions });
  }

  #show(item, state) {
    const { key } = item;
    if (this.list.isPending(key)) this.list.putPending({ ...item.view, ...state });
  }
}

/** Pixels of a picture the browser can show; undefined for anything else, which then goes as a file. */
async function pictureSize(file) {
  try {
    const { width, height } = await createImageBitmap(file);
    return { width, height };
  } catch {
    return undefined;
  }
}
