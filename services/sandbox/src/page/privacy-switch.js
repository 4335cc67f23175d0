import { getJson, sendJson } from './chat-client.js';
import { byId } from './dom.js';

/** The switch for the bot's privacy mode, in groups. Returns a function that loads its state. */
export function createPrivacySwitch(complain) {
  const box = byId('privacy');
  box.addEventListener('change', () => {
    sendJson('/api/settings', 'PATCH', { privacy_mode: box.checked }).catch((error) => complain(error.message));
  });
  return async () => {
    box.checked = (await getJson('/api/settings')).privacy_mode;
  };
}
