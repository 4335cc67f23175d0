import { badRequest } from './api-error.ts';
import type { Update } from './update-queue.ts';

export interface WebhookTarget {
  url: string;
  secretToken: string | undefined;
  maxConnections: number;
}

/** Executes a call in a webhook's answer: https://core.telegram.org/bots/api#making-requests-when-getting-updates */
export type ReplyHandler = (method: string, values: Record<string, unknown>) => Promise<void>;

const TIMEOUT_MS = 60_000;

/** Throws ApiError if URL or secret token are not allowed. */
export function checkTarget({ url, secretToken = 'x' }: WebhookTarget): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  }
  if (secretToken.length > 256) throw badRequest('secret token is too long');
  if (!/^[\w-]+$/.test(secretToken)) throw badRequest('secret token contains unallowed characters');
}

/** Sends an update to a webhook. Resolves to the call in its answer. Throws an Error if the webhook does not accept it. */
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

/** The call in a webhook's answer. Telegram ignores calls that need a result, and calls about the webhook itself. */
function readReply(body: string): (Record<string, unknown> & { method: string }) | undefined {
  try {
    const reply = JSON.parse(body);
    if (typeof reply?.method !== 'string') return undefined;
    return /^(get|(set|delete)webhook$|close$|logout$)/i.test(reply.method) ? undefined : reply;
  } catch {
    return undefined;
  }
}
