/**
 * Why Telegram refuses getUpdates with 409: somebody set a webhook, or polls with the same token. Undefined for another error. The
 * words are those of its server (https://github.com/tdlib/telegram-bot-api, Client.cpp).
 */
export function conflictOf(error: unknown): 'webhook' | 'other_copy' | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/^getUpdates: 409\b/.test(message)) return undefined;
  return /webhook/i.test(message) ? 'webhook' : 'other_copy';
}
