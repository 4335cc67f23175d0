import { getJson, sendJson } from './chat-client.js';
import { byId } from './dom.js';

/** The bot's privacy mode, as @BotFather's /setprivacy turns it; shown in groups, where it counts. */
export function createPrivacySwitch(complain) {
  const box = byId('privacy');
  box.addEventListener('change', () => {
    sendJson('/api/settings', 'PATCH', { privacy_mode: box.checked }).catch((error) => complain(error.message));
  });
  return {
    async load() {
      box.checked = (await getJson('/api/settings')).privacy_mode;
    },
  };
}
