import { byId } from './dom.js';

/** Shows text in a dialog. Resolves to true if it is closed by OK. */
function open(words, hasCancel) {
  const dialog = byId('ask');
  byId('ask-words').textContent = words;
  byId('ask-cancel').hidden = !hasCancel;
  dialog.returnValue = '';
  // A dialog that is already open shows the new text.
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}

export function tell(words) {
  open(words, false);
}

/** Asks a question. Resolves to true if the answer is OK. */
export function ask(question) {
  return open(question, true);
}
