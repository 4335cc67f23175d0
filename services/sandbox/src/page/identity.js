import { LANGUAGES } from './texts.js';

const CHAT = 'attrai.chat';
const LANGUAGE = 'attrai.language';

/** The id of the user and of their chat. All tabs share it. */
export function chatId() {
  const known = Number(localStorage.getItem(CHAT));
  return Number.isSafeInteger(known) && known > 0 ? known : newChat();
}

export function newChat() {
  const id = 1_000_000_000 + Math.floor(Math.random() * 8_000_000_000);
  localStorage.setItem(CHAT, String(id));
  return id;
}

export function language() {
  const wished = [localStorage.getItem(LANGUAGE), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wished.find((tag) => LANGUAGES.includes(tag)) ?? 'en';
}

export function setLanguage(chosen) {
  localStorage.setItem(LANGUAGE, chosen);
}

/** Reloads the page when another tab changes user or language. */
export function reloadWhenChangedElsewhere() {
  addEventListener('storage', (event) => {
    if (event.key === CHAT || event.key === LANGUAGE) location.reload();
  });
}
