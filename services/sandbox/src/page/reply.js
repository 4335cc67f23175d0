import { byId } from './dom.js';

/** The message the next one will answer, above the line one writes in; Esc and a cross let go of it. */
export class Reply {
  #messageId;

  constructor() {
    byId('reply-cancel').addEventListener('click', () => {
      this.take();
      byId('text').focus();
    });
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.take());
  }

  /** @param {import('./bubble.js').Bubble} bubble */
  start({ view, summary }) {
    this.#messageId = view.message_id;
    byId('reply-words').textContent = summary;
    byId('reply').hidden = false;
    byId('text').focus();
  }

  /** @returns {number | undefined} the message to answer, which then is answered */
  take() {
    const messageId = this.#messageId;
    this.#messageId = undefined;
    byId('reply').hidden = true;
    return messageId;
  }
}
