import { postMessage, Refused } from './chat-client.js';

/** Bytes; the server's limit for a file. */
export const MAX_FILE = 50 * 1024 * 1024;

/**
 * Shows own messages at once, and sends them one after the other. Without a connection they are sent later. The server takes
 * a message once, even if its key comes twice.
 */
export class Outbox {
  #queue = [];
  /** Settles when all messages so far are in the queue. Pictures are measured first, and the order must stay. */
  #queued = Promise.resolve();
  #working = false;

  /** `texts` returns {say, language}. `onAct` is called when the user retries or deletes a refused message. */
  constructor({ place, list, texts, onAct }) {
    this.place = place;
    this.list = list;
    this.texts = texts;
    this.onAct = onAct;
  }

  sendText(text, replyTo) {
    return this.#inOrder(() => this.#add({ text, replyTo }));
  }

  /**
   * Sends files as one album, with the caption at the first. With `asPhoto`, files that the browser can show are sent as
   * photos; with `mustBePhoto` all are, although the sandbox may refuse some.
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
    this.work();
  }

  /** Sends the queue. Call it when the connection is back. */
  async work() {
    if (this.#working) return;
    this.#working = true;
    while (this.#queue.length > 0 && (await this.#send(this.#queue[0]))) this.#queue.shift();
    this.#working = false;
  }

  /** Resolves to false if the message must be sent again later. */
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
      const isRefused = error instanceof Refused;
      if (isRefused) this.#fail(item, error);
      else this.#show(item, { state: 'waiting' });
      return isRefused;
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
      this.work();
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

/** Size of a picture in pixels; undefined if the browser can't show it. */
async function pictureSize(file) {
  const { width, height } = (await createImageBitmap(file).catch(() => undefined)) ?? {};
  return width && { width, height };
}
