import { byId } from './dom.js';

/** The message that the next one will reply to, above the text field. Esc and a button cancel it. */
export class Reply {
  #messageId;

  constructor() {
    byId('reply-cancel').addEventListener('click', () => {
      this.take();
      byId('text').focus();
    });
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.take());
  }

  start({ view, summary }) {
    this.#messageId = view.message_id;
    byId('reply-words').textContent = summary;
    byId('reply').hidden = false;
    byId('text').focus();
  }

  /** Returns the id of the message, and forgets it. */
  take() {
    const messageId = this.#messageId;
    this.#messageId = undefined;
    byId('reply').hidden = true;
    return messageId;
  }
}
