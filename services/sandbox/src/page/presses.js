/** Time for the bot's answer, as in Telegram. */
const PATIENCE_MS = 30_000;

/** Presses of buttons on this page that the bot has not answered yet. Ignores answers to presses on other pages. */
export class Presses {
  #waiting = new Map();

  constructor({ send, complain, onAnswer }) {
    this.send = send;
    this.complain = complain;
    this.onAnswer = onAnswer;
  }

  press({ view, keyboard }, data) {
    const key = crypto.randomUUID();
    keyboard.wait(key, data);
    this.#waiting.set(key, { keyboard, timer: setTimeout(() => this.#end(key), PATIENCE_MS) });
    this.send({ message_id: view.message_id, data, client_key: key }).catch((error) => {
      this.#end(key);
      this.complain(error.message);
    });
  }

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
