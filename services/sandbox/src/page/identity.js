import { LANGUAGES } from './texts.js';

const CHAT = 'attrai.chat';
const LANGUAGE = 'attrai.language';

/** The chat of this browser; all its tabs share it. */
export function chatId() {
  const known = Number(localStorage.getItem(CHAT));
  return Number.isSafeInteger(known) && known > 0 ? known : newChat();
}

/** Becomes another user with a chat of its own. */
export function newChat() {
  const id = 1_000_000_000 + Math.floor(Math.random() * 8_000_000_000);
  localStorage.setItem(CHAT, String(id));
  return id;
}

export function language() {
  const wished = [localStorage.getItem(LANGUAGE), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wished.find((tag) => LANGUAGES.includes(tag)) ?? 'en';
}

/** @param {string} chosen */
export function setLanguage(chosen) {
  localStorage.setItem(LANGUAGE, chosen);
}

/** Follows what another tab does to the chat. */
export function reloadWhenChangedElsewhere() {
  addEventListener('storage', (event) => {
    if (event.key === CHAT || event.key === LANGUAGE) location.reload();
  });
}
