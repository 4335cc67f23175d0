import { byId } from './dom.js';

/**
 * The line one writes in: grows with its text, Enter sends, Shift+Enter breaks the line.
 *
 * @param {object} parts
 * @param {(text: string) => void} parts.onSend
 * @param {(text: string) => void} parts.onInput
 * @param {(event: KeyboardEvent) => boolean} parts.onKey true if the key was used up, by the command menu
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
