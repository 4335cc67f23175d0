import { byId } from './dom.js';

/** Telegram shows an action for so long, unless it is repeated. */
const ACTION_MS = 5_500;
const TOAST_MS = 4_000;
const UPLOADS = { upload_photo: 'uploading', upload_document: 'uploadingFile' };

/** The line under the bot's name: what the bot is doing, or that there is no connection. */
export class Status {
  #state = 'connecting';
  #doing = '';
  #timer;

  /** `say` returns the current texts. */
  constructor(say) {
    this.say = say;
  }

  draw() {
    const isOnline = this.#state === 'bot';
    const isBusy = isOnline && this.#doing !== '';
    const line = byId('status');
    line.textContent = this.say()(isBusy ? this.#doing : this.#state);
    line.classList.toggle('busy', isBusy);
    line.classList.toggle('offline', !isOnline);
    byId('typing').hidden = !(isBusy && this.#doing === 'typing');
  }

  connected(isConnected) {
    this.#state = isConnected ? 'bot' : 'reconnecting';
    this.draw();
  }

  /** `action` is that of sendChatAction. */
  action(action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.actionOver(), ACTION_MS);
    this.#doing = UPLOADS[action] ?? 'typing';
    this.draw();
  }

  actionOver() {
    clearTimeout(this.#timer);
    this.#doing = '';
    this.draw();
  }
}

let toastTimer;

export function showToast(words) {
  const toast = byId('toast');
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    toast.hidden = true;
  }, TOAST_MS);
}
