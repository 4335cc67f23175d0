/**
 * Why Telegram refuses getUpdates with 409: somebody set a webhook, or somebody else polls with the same token. In the words of its
 * server (https://github.com/tdlib/telegram-bot-api, Client.cpp); undefined if the error is another.
 */
export function conflictOf(error: unknown): 'webhook' | 'other_copy' | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/^getUpdates: 409\b/.test(message)) return undefined;
  return /webhook/i.test(message) ? 'webhook' : 'other_copy';
}
