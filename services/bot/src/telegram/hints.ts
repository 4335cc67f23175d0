/** A sentence for the operator about a refusal that no user has caused; undefined for other refusals. */
export function hintFor(method: string, code: number, description: string): string | undefined {
  if (/logged out/i.test(description)) {
    return 'The bot was logged out of this Bot API server (logOut), which takes it back after 10 minutes. To use another server, set TELEGRAM_API_ROOT';
  }
  if (/api.id.*api.hash/i.test(description)) return 'Check api_id and api_hash of your Bot API server';
  if (code === 401) return 'Check BOT_TOKEN';
  if (code === 404 && method === 'getMe') return 'Check TELEGRAM_API_ROOT and BOT_TOKEN';
  return undefined;
}
