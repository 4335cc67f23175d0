/** Telegram waits this long for a bot's answer. */
const PATIENCE_MS = 30_000;

/** The buttons pressed on this page that the bot has not answered yet. Answers to other pages' are none of its business. */
export class Presses {
  #waiting = new Map();

  /**
   * @param {object} parts
   * @param {(press: {message_id: number, data: string, client_key: string}) => Promise<unknown>} parts.send
   * @param {(words: string) => void} parts.complain
   * @param {(answer: {text: string, alert: boolean}) => void} parts.onAnswer
   */
  constructor({ send, complain, onAnswer }) {
    this.send = send;
    this.complain = complain;
    this.onAnswer = onAnswer;
  }

  /** @param {import('./bubble.js').Bubble} bubble @param {string} data */
  press({ view, keyboard }, data) {
    const key = crypto.randomUUID();
    keyboard.wait(key, data);
    this.#waiting.set(key, { keyboard, timer: setTimeout(() => this.#end(key), PATIENCE_MS) });
    this.send({ message_id: view.message_id, data, client_key: key }).catch((error) => {
      this.#end(key);
      this.complain(error.message);
    });
  }

  /** @param {{client_key: string, text: string, alert: boolean}} answer */
  answer({ client_key: key, text, alert }) {
    if (this.#end(key) && text) this.onAnswer({ text, alert });
  }

  #end(key) {
    const press = this.#waiting.get(key);
    if (!press) return false;
    clearTimeout(press.timer);
    this.#waiting.delete(key);
    press.keyboard.answered(key);
    return true;
  }
}
