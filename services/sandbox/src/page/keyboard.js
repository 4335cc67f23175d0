import { element } from './dom.js';

/** The buttons under a message: below its bubble and as wide, each with a spinner until the bot has answered. */
export class Keyboard {
  #rows = [];
  /** Data of pressed buttons, by what the press is called. */
  #waiting = new Map();

  /** @param {(data: string) => void} onPress */
  constructor(onPress) {
    this.onPress = onPress;
    this.node = element('div', { class: 'keyboard', hidden: true });
  }

  /**
   * Leaves what is there alone if it is the same; else a button that had the focus hands it to its successor.
   *
   * @param {object[][]} rows `buttons` of a message
   */
  show(rows = []) {
    if (JSON.stringify(rows) === JSON.stringify(this.#rows)) return;
    const focused = [...this.node.querySelectorAll('button, a')].indexOf(document.activeElement);
    this.#rows = rows;
    this.#draw();
    if (focused >= 0) this.node.querySelectorAll('button, a')[focused]?.focus({ preventScroll: true });
  }

  /** @param {string} data @returns {boolean} whether a button with it was pressed and is not answered */
  isWaiting(data) {
    return [...this.#waiting.values()].includes(data);
  }

  /** @param {string} key of the press @param {string} data */
  wait(key, data) {
    this.#waiting.set(key, data);
    this.#mark();
  }

  /** @param {string} key */
  answered(key) {
    this.#waiting.delete(key);
    this.#mark();
  }

  #draw() {
    this.node.hidden = this.#rows.length === 0;
    this.node.replaceChildren(
      ...this.#rows.map((row) => element('div', {}, ...row.map((button) => this.#button(button)))),
    );
    this.#mark();
  }

  #button({ text, url, callback_data: data }) {
    if (url) return element('a', { class: 'link', href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
    const button = element('button', { type: 'button' }, text);
    button.dataset.data = data;
    button.addEventListener('click', () => this.isWaiting(data) || this.onPress(data));
    return button;
  }

  #mark() {
    for (const button of this.node.querySelectorAll('button')) {
      button.setAttribute('aria-busy', String(this.isWaiting(button.dataset.data)));
    }
  }
}
