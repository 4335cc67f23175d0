import { type BackOff, backOffMs } from '@attrai/contracts/back-off';
import { deliver, type ReplyHandler, type WebhookTarget } from './deliver.ts';
import type { Pending, UpdateQueue } from './update-queue.ts';

const PAUSES: BackOff = [100, 5_000];

/**
 * Delivers updates to the bot's server, up to `maxConnections` at once. Updates of one line (messages of a chat, pressed
 * buttons of a user) go one after the other, each again and again until it is accepted.
 */
export class Webhook {
  #updates: UpdateQueue;
  #target: WebhookTarget | undefined;
  #onReply: ReplyHandler | undefined;
  #stopping = new AbortController();
  /** Lines with an update in flight or before a retry. */
  #busy = new Set<string>();
  /** Failures in a row by line. */
  #failures = new Map<string, number>();
  #underWay = 0;
  #failure: { at: number; message: string } | undefined;

  constructor(updates: UpdateQueue) {
    this.#updates = updates;
  }

  get active(): boolean {
    return this.#target !== undefined;
  }

  /** Delivers all updates to `target` from now on. */
  start(target: WebhookTarget, onReply: ReplyHandler): void {
    this.stop();
    this.#target = target;
    this.#onReply = onReply;
    this.#stopping = new AbortController();
    this.#busy = new Set();
    this.#failures = new Map();
    this.#underWay = 0;
    this.#updates.onArrival(() => this.#work());
    this.#work();
  }

  stop(): void {
    this.#stopping.abort();
    this.#updates.onArrival(undefined);
    this.#target = undefined;
    this.#failure = undefined;
  }

  /** https://core.telegram.org/bots/api#webhookinfo */
  info(): object {
    const failure = this.#failure;
    const target = this.#target;
    const allowed = this.#updates.allowed;
    return {
      url: target?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: this.#updates.length,
      ...(failure && { last_error_date: Math.floor(failure.at / 1000), last_error_message: failure.message }),
      ...(target && { max_connections: target.maxConnections }),
      ...(allowed && { allowed_updates: allowed }),
    };
  }

  #work(): void {
    const target = this.#target;
    for (const pending of this.#updates.pending) {
      if (!target || this.#underWay >= target.maxConnections) return;
      if (!this.#busy.has(pending.line)) void this.#send(pending, target, this.#stopping.signal);
    }
  }

  async #send(pending: Pending, target: WebhookTarget, stopped: AbortSignal): Promise<void> {
    const { line } = pending;
    this.#busy.add(line);
    this.#underWay++;
    try {
      const reply = await deliver(pending.update, target, stopped);
      if (stopped.aborted) return;
      this.#updates.remove(pending);
      this.#failures.delete(line);
      this.#busy.delete(line);
      if (reply) void this.#onReply?.(reply.method, reply).catch(() => {});
    } catch (error) {
      if (stopped.aborted) return;
      this.#failure = { at: Date.now(), message: (error as Error).message };
      this.#tryLater(line, stopped);
    }
    this.#underWay--;
    this.#work();
  }

  #tryLater(line: string, stopped: AbortSignal): void {
    const failures = (this.#failures.get(line) ?? 0) + 1;
    this.#failures.set(line, failures);
    const again = () => {
      this.#busy.delete(line);
      this.#work();
    };
    const timer = setTimeout(again, backOffMs(PAUSES, failures));
    stopped.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}
