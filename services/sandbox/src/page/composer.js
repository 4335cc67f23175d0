import { byId } from './dom.js';

/**
 * The text field. It grows with its text. Enter sends, Shift+Enter starts a new line. `onSend` and `onInput` get the text;
 * `onKey` returns true if the command menu used the key.
 */
export function createComposer({ onSend, onInput, onKey }) {
  const text = byId('text');

  const refresh = () => {
    byId('send').disabled = text.value.trim() === '';
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight}px`;
    onInput(text.value);
  };

  const take = () => {
    const words = text.value.trim();
    text.value = '';
    refresh();
    return words;
  };

  const submit = () => {
    const words = take();
    if (words !== '') onSend(words);
    text.focus();
  };

  text.addEventListener('input', refresh);
  text.addEventListener('keydown', (event) => {
    if (event.isComposing || onKey(event)) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    submit();
  });
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  return { refresh, take };
}
