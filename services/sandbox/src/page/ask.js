import { byId } from './dom.js';

/**
 * Shows `words` in a dialog until it is closed.
 *
 * @param {string} words
 * @param {boolean} isQuestion with a button to say no
 * @returns {Promise<boolean>} whether it was closed by OK
 */
function open(words, isQuestion) {
  const dialog = byId('ask');
  byId('ask-words').textContent = words;
  byId('ask-cancel').hidden = !isQuestion;
  dialog.returnValue = '';
  // One that is open shows the newer words.
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}

/** @param {string} words */
export function tell(words) {
  open(words, false);
}

/** @param {string} question @returns {Promise<boolean>} */
export function ask(question) {
  return open(question, true);
}
