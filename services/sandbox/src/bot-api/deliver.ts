import { badRequest } from './api-error.ts';
import type { Update } from './update-queue.ts';

export interface WebhookTarget {
  url: string;
  secretToken: string | undefined;
  /** Most updates in flight at once. */
  maxConnections: number;
}

/** What a webhook may answer with instead of calling: https://core.telegram.org/bots/api#making-requests-when-getting-updates */
export type ReplyHandler = (method: string, values: Record<string, unknown>) => Promise<void>;

const TIMEOUT_MS = 60_000;

/** Throws ApiError for what can't be a webhook. */
export function checkTarget({ url, secretToken = 'x' }: WebhookTarget): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  }
  if (secretToken.length > 256) throw badRequest('secret token is too long');
  if (!/^[\w-]+$/.test(secretToken)) throw badRequest('secret token contains unallowed characters');
}

/** Brings one update to a webhook; resolves to the call it answered with. Throws Error when it was not taken. */
export async function deliver(update: Update, { url, secretToken }: WebhookTarget, stopped: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      ...(secretToken !== undefined && { 'x-telegram-bot-api-secret-token': secretToken }),
    },
    body: JSON.stringify(update),
    signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`Wrong response from the webhook: ${response.status} ${response.statusText}`);
  return readReply(body);
}

/** The call in a webhook's reply. Telegram ignores there what would need an answer, and calls about the webhook itself. */
function readReply(body: string): (Record<string, unknown> & { method: string }) | undefined {
  try {
    const reply = JSON.parse(body);
    if (typeof reply?.method !== 'string') return undefined;
    return /^(get|(set|delete)webhook$|close$|logout$)/i.test(reply.method) ? undefined : reply;
  } catch {
    return undefined;
  }
}
