import { byId } from './dom.js';

/** Telegram shows an action this long unless it is repeated. */
const ACTION_MS = 5_500;
const TOAST_MS = 4_000;

/**
 * The line under the bot's name: what it is doing, or that there is no connection.
 *
 * @param {() => (name: string) => string} say
 */
export function createStatus(say) {
  const line = byId('status');
  const typing = byId('typing');
  let state = 'connecting';
  let doing = '';
  let timer;

  const draw = () => {
    const busy = state === 'bot' && doing !== '';
    line.textContent = say()(busy ? doing : state);
    line.classList.toggle('busy', busy);
    line.classList.toggle('offline', state !== 'bot');
    typing.hidden = !(busy && doing === 'typing');
  };

  const set = (now) => {
    doing = now;
    draw();
  };

  return {
    draw,
    /** @param {boolean} isConnected */
    connected(isConnected) {
      state = isConnected ? 'bot' : 'reconnecting';
      draw();
    },
    /** @param {string} action of sendChatAction */
    action(action) {
      clearTimeout(timer);
      timer = setTimeout(set, ACTION_MS, '');
      set({ upload_photo: 'uploading', upload_document: 'uploadingFile' }[action] ?? 'typing');
    },
    actionOver() {
      clearTimeout(timer);
      set('');
    },
  };
}

let toastTimer;

/** @param {string} words */
export function showToast(words) {
  const toast = byId('toast');
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    toast.hidden = true;
  }, TOAST_MS);
}
