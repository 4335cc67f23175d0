import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, FatalError, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import { pause } from '../pause.ts';
import type { TelegramApi } from './telegram-api.ts';
import { type Patience, untilTelegramAnswers } from './until-telegram-answers.ts';
import type { UpdateSource } from './update-source.ts';

export interface WebhookAddress {
  /** Where Telegram sends updates to: https, on port 443, 80, 88 or 8443. */
  url: string;
  /** Where the bot listens, plain HTTP on all interfaces; a proxy before it ends the TLS. 0 takes a free one. */
  port: number;
}

export interface WebhookOptions extends WebhookAddress {
  api: Pick<TelegramApi, 'setWebhook' | 'webhookInfo'>;
  token: string;
  /** Throws for an update that must come again. */
  handle(update: Update): Promise<void>;
  logger: Logger;
  /** Telegram answers, or knows the webhook, again. */
  onBack(): void;
  onFatal(error: unknown): void;
  /** Ends the wait for Telegram. */
  signal?: AbortSignal | undefined;
  onWaiting?: Patience['onWaiting'];
}

/** Updates hold no files; the longest text has 4096 characters. */
const MAX_BYTES = 1_000_000;
const REQUEST_MS = 20_000;
/** Far more than Telegram opens (`max_connections`, 40 by default). */
const MAX_CONNECTIONS = 500;
/** The webhook silently ends when somebody polls with the same token, or sets another webhook. */
const CHECK_MS = 30_000;
const DEAF_AFTER_MS = 75_000;

/**
 * Receives updates. Only requests with the secret are read, which is derived from the bot's token. An update is answered with 200
 * when it is done, else with 5xx: then Telegram sends it again. (Telegraf's own webhook reads bodies of any size, and answers 200
 * also when the handler failed.)
 */
export class Webhook implements UpdateSource {
  /** Requests and checks have time limits, so it can't get stuck. */
  readonly alive = true;
  #options: WebhookOptions;
  #checkMs: number;
  #secret: string;
  #server: Server;
  #stopped = new AbortController();
  #inWork = new Set<Promise<void>>();
  #knownAt = performance.now();
  #troubled = false;
  #lastFailure: unknown;

  private constructor(options: WebhookOptions, checkMs: number) {
    this.#options = options;
    this.#checkMs = checkMs;
    this.#secret = webhookSecret(options.token);
    const limits = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
    this.#server = createServer(limits, (request, response) => this.#start(request, response));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /**
   * Listens, and has Telegram send its updates. Waits for Telegram as long as it takes.
   *
   * @throws FatalError `port_unavailable`, `telegram_refused`, `token_refused`
   */
  static async open(options: WebhookOptions, checkMs = CHECK_MS): Promise<Webhook> {
    const webhook = new Webhook(options, checkMs);
    await listen(webhook.#server, options.port);
    try {
      await untilTelegramAnswers(() => options.api.setWebhook(options.url, webhook.#secret), options);
    } catch (error) {
      webhook.#server.close();
      throw error;
    }
    webhook.#knownAt = performance.now();
    void webhook.#keepRegistered();
    options.logger.info({ port: webhook.port }, 'The webhook is served');
    return webhook;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  problem(): string | undefined {
    // It doesn't pass by itself, so it is told at once.
    if (codeOf(this.#lastFailure) === 'proxy_failed') return (this.#lastFailure as Error).message;
    const silentMs = performance.now() - this.#knownAt;
    if (silentMs < DEAF_AFTER_MS) return undefined;
    return `Telegram has not confirmed the webhook for ${Math.round(silentMs / 1000)} s`;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await Promise.all(this.#inWork);
    this.#server.closeAllConnections();
    await closed;
  }

  #start(request: IncomingMessage, response: ServerResponse): void {
    const receiving = this.#receive(request, response)
      .catch(() => void response.destroy())
      .finally(() => this.#inWork.delete(receiving));
    this.#inWork.add(receiving);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!bears(request, this.#secret)) return refuse(response, 401);
    if (request.method !== 'POST') return refuse(response, 405);
    if (this.#stopped.signal.aborted) return refuse(response, 503);
    const body = await readAtMost(request, MAX_BYTES);
    if (body === undefined) return refuse(response, 413);
    const update = readBodyAsUpdate(body);
    if (update === undefined) return refuse(response, 400);
    try {
      await this.#options.handle(update);
      response.writeHead(200).end();
    } catch {
      // The handler has said why.
      refuse(response, 503);
    }
  }

  async #keepRegistered(): Promise<void> {
    const { logger, onFatal } = this.#options;
    const { signal } = this.#stopped;
    while (await pause(this.#checkMs, signal)) {
      try {
        await this.#registerAgain();
      } catch (error) {
        if (gradeOf(error) === 'fatal') return onFatal(error);
        if (!this.#troubled) logger.warn({ code: codeOf(error), err: error }, "Can't ask Telegram about the webhook");
        this.#troubled = true;
        this.#lastFailure = error;
      }
    }
  }

  async #registerAgain(): Promise<void> {
    const { api, url, logger, onBack } = this.#options;
    const known = await api.webhookInfo();
    this.#lastFailure = undefined;
    if (known.url !== url) {
      logger.warn('Somebody removed or replaced the webhook, or polls with the same token; setting it again');
      this.#troubled = true;
      await api.setWebhook(url, this.#secret);
    }
    // Nobody else tells of an address that can't be reached, so it is logged at every check.
    if (known.failure !== undefined) logger.warn({ reason: known.failure }, "Telegram can't bring updates");
    if (this.#troubled) onBack();
    this.#troubled = false;
    this.#knownAt = performance.now();
  }
}

/** 43 characters that Telegram allows. They don't reveal the token. */
export function webhookSecret(token: string): string {
  return createHmac('sha256', token).update('secret of the webhook').digest('base64url');
}

/** Takes the same time for every wrong guess. */
function bears(request: IncomingMessage, secret: string): boolean {
  const given = request.headers['x-telegram-bot-api-secret-token'];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(typeof given === 'string' ? given : ''), digest(secret));
}

/** Doesn't read the rest of the request. */
function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

/** Undefined if there are more than `maxBytes`. */
async function readAtMost(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function readBodyAsUpdate(body: Buffer): Update | undefined {
  try {
    const update = JSON.parse(body.toString());
    return Number.isInteger(update?.update_id) ? update : undefined;
  } catch {
    return undefined;
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `WEBHOOK_PORT ${port} can't be listened on (${cause.code}). Set WEBHOOK_PORT to a free port.`;
      reject(new FatalError('port_unavailable', message, { cause }));
    });
    server.listen(port, resolve);
  });
}
