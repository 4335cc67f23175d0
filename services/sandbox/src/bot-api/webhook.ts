import { setTimeout as sleep } from 'node:timers/promises';
import { badRequest } from './api-error.ts';
import type { Update, UpdateQueue } from './update-queue.ts';

export interface WebhookTarget {
  url: string;
  secretToken: string | undefined;
}

/** What a webhook may answer with instead of calling: https://core.telegram.org/bots/api#making-requests-when-getting-updates */
export type ReplyHandler = (method: string, values: Record<string, unknown>) => Promise<void>;

const TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const IDLE_MS = 60_000;

/** Brings updates to the bot's own server: one after the other, each again until it was taken. */
export class Webhook {
  #updates: UpdateQueue;
  #target: WebhookTarget | undefined;
  #stopping: AbortController | undefined;
  #failure: { at: number; message: string } | undefined;

  constructor(updates: UpdateQueue) {
    this.#updates = updates;
  }

  get active(): boolean {
    return this.#target !== undefined;
  }

  /** Delivers to `target` from now on. Throws ApiError for a URL that can't be one. */
  start(target: WebhookTarget, onReply: ReplyHandler): void {
    if (!URL.canParse(target.url) || !/^https?:$/.test(new URL(target.url).protocol)) {
      throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
    }
    if (target.secretToken !== undefined && !/^[\w-]{1,256}$/.test(target.secretToken)) {
      throw badRequest('secret token contains unallowed characters');
    }
    this.stop();
    this.#target = target;
    this.#stopping = new AbortController();
    void this.#deliverAll(target, onReply, this.#stopping.signal);
  }

  stop(): void {
    this.#stopping?.abort();
    this.#target = undefined;
    this.#failure = undefined;
  }

  /** https://core.telegram.org/bots/api#webhookinfo */
  info(): object {
    const failure = this.#failure;
    const allowed = this.#updates.allowed;
    return {
      url: this.#target?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: this.#updates.length,
      ...(failure && { last_error_date: Math.floor(failure.at / 1000), last_error_message: failure.message }),
      ...(allowed && { allowed_updates: allowed }),
    };
  }

  async #deliverAll(target: WebhookTarget, onReply: ReplyHandler, stopped: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!stopped.aborted) {
      const update = this.#updates.first;
      if (!update) {
        await this.#updates.arrival(IDLE_MS, stopped).catch(() => {});
        continue;
      }
      try {
        const reply = await deliver(update, target, stopped);
        pause = FIRST_PAUSE_MS;
        this.#updates.confirm(update.update_id + 1);
        if (reply) await onReply(reply.method, reply).catch(() => {});
      } catch (error) {
        if (stopped.aborted) return;
        this.#failure = { at: Date.now(), message: (error as Error).message };
        await sleep(pause, undefined, { signal: stopped }).catch(() => {});
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}

async function deliver(update: Update, { url, secretToken }: WebhookTarget, stopped: AbortSignal) {
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

function readReply(body: string): (Record<string, unknown> & { method: string }) | undefined {
  try {
    const reply = JSON.parse(body);
    return typeof reply?.method === 'string' ? reply : undefined;
  } catch {
    return undefined;
  }
}
