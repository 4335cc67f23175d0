import { element } from './dom.js';

/** The inline buttons of a message. A pressed button has a spinner until the bot answers. */
export class Keyboard {
  #rows = [];
  /** `callback_data` of pressed buttons by key of the press. */
  #waiting = new Map();

  constructor(onPress) {
    this.onPress = onPress;
    this.node = element('div', { class: 'keyboard', hidden: true });
  }

  /** Shows the `buttons` of a message. A new button in the same place gets the focus of the old one. */
  show(rows = []) {
    if (JSON.stringify(rows) === JSON.stringify(this.#rows)) return;
    const focused = [...this.node.querySelectorAll('button, a')].indexOf(document.activeElement);
    this.#rows = rows;
    this.#draw();
    if (focused >= 0) this.node.querySelectorAll('button, a')[focused]?.focus({ preventScroll: true });
  }

  isWaiting(data) {
    return [...this.#waiting.values()].includes(data);
  }

  wait(key, data) {
    this.#waiting.set(key, data);
    this.#mark();
  }

  answered(key) {
    this.#waiting.delete(key);
    this.#mark();
  }

  #draw() {
    this.node.hidden = this.#rows.length === 0;
    const rows = this.#rows.map((row) => element('div', {}, ...row.map((button) => this.#button(button))));
    this.node.replaceChildren(...rows);
    this.#mark();
  }

  #button({ text, url, callback_data: data }) {
    if (url) return element('a', { class: 'link', href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
    const onclick = () => this.isWaiting(data) || this.onPress(data);
    return element('button', { type: 'button', 'data-data': data, onclick }, text);
  }

  #mark() {
    for (const button of this.node.querySelectorAll('button')) {
      button.ariaBusy = String(this.isWaiting(button.dataset.data));
    }
  }
}
