import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, FatalError, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import type { TelegramApi } from './telegram-api.ts';
import { untilTelegramAnswers } from './until-telegram-answers.ts';
import type { UpdateSource } from './update-source.ts';

export interface WebhookAddress {
  /** Where Telegram sends updates to: https, on port 443, 80, 88 or 8443. */
  url: string;
  /** Where we listen, plain HTTP on all interfaces, behind whatever ends the TLS. 0 takes a free one. */
  port: number;
}

export interface WebhookOptions extends WebhookAddress {
  api: TelegramApi;
  token: string;
  /** Throws for an update that shall come again. */
  handle(update: Update): Promise<void>;
  logger: Logger;
  /** Telegram answers, or knows our address, again. */
  onBack(): void;
  onFatal(error: unknown): void;
}

/** Updates hold no files; the longest text has 4096 characters. */
const MAX_BYTES = 1_000_000;
const REQUEST_MS = 20_000;
/** Many times what Telegram opens (`max_connections`, 40 by default). */
const MAX_CONNECTIONS = 500;
/** Somebody who polls with our token, or sets a webhook of their own, ends ours without a word. */
const CHECK_MS = 30_000;
const DEAF_AFTER_MS = 75_000;

/**
 * Receives updates. Only requests that bear our secret are read: it is derived from the bot's token. An update is answered with 200 when it is done, else with 5xx, and Telegram sends it again.
 * (Telegraf's own webhook reads bodies of any size and answers 200 whatever a handler did.)
 *
 * @throws FatalError `port_unavailable`, `telegram_refused`, `token_refused`
 */
export async function startWebhook(
  options: WebhookOptions,
  checkMs = CHECK_MS,
): Promise<UpdateSource & { port: number }> {
  const { api, url, port, handle, logger, onBack, onFatal } = options;
  const secret = webhookSecret(options.token);
  const stopped = new AbortController();
  const inWork = new Set<Promise<void>>();
  let knownAt = performance.now();
  let troubled = false;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!bears(request, secret)) return refuse(response, 401);
    if (request.method !== 'POST') return refuse(response, 405);
    if (stopped.signal.aborted) return refuse(response, 503);
    const body = await readAtMost(request, MAX_BYTES);
    if (body === undefined) return refuse(response, 413);
    const update = readUpdate(body);
    if (update === undefined) return refuse(response, 400);
    try {
      await handle(update);
      response.writeHead(200).end();
    } catch {
      // The handler has said why.
      refuse(response, 503);
    }
  }

  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    const receiving = receive(request, response)
      .catch(() => void response.destroy())
      .finally(() => inWork.delete(receiving));
    inWork.add(receiving);
  });
  server.maxConnections = MAX_CONNECTIONS;

  async function keepRegistered(): Promise<void> {
    for (;;) {
      await pause(checkMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      try {
        await registerAgain();
      } catch (error) {
        if (gradeOf(error) === 'fatal') return onFatal(error);
        if (!troubled) logger.warn({ code: codeOf(error), err: error }, "Can't ask Telegram about the webhook");
        troubled = true;
      }
    }
  }

  async function registerAgain(): Promise<void> {
    const known = await api.webhookInfo();
    if (known.url !== url) {
      logger.warn('Somebody removed or replaced the webhook, or polls with the same token; setting it again');
      troubled = true;
      await api.setWebhook(url, secret);
    }
    // An address that stays unreachable is said once every check, as nobody else would say it.
    if (known.failure !== undefined) logger.warn({ reason: known.failure }, "Telegram can't bring updates");
    if (troubled) onBack();
    troubled = false;
    knownAt = performance.now();
  }

  await listen(server, port);
  try {
    await untilTelegramAnswers(() => api.setWebhook(url, secret), logger);
  } catch (error) {
    server.close();
    throw error;
  }
  knownAt = performance.now();
  void keepRegistered();

  return {
    port: (server.address() as AddressInfo).port,
    // Requests and checks have their time limits: nothing here gets stuck.
    alive: true,
    problem() {
      const silentMs = performance.now() - knownAt;
      if (silentMs < DEAF_AFTER_MS) return undefined;
      return `Telegram has not confirmed the webhook for ${Math.round(silentMs / 1000)} s`;
    },
    async stop() {
      stopped.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all(inWork);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** 43 of the characters Telegram allows, from which nobody can tell the token. */
export function webhookSecret(token: string): string {
  return createHmac('sha256', token).update('secret of the webhook').digest('base64url');
}

/** In constant time: how much of a guess is right shows in no answer. */
function bears(request: IncomingMessage, secret: string): boolean {
  const given = request.headers['x-telegram-bot-api-secret-token'];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(typeof given === 'string' ? given : ''), digest(secret));
}

/** Without reading what else may come. */
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

function readUpdate(body: Buffer): Update | undefined {
  try {
    const update = JSON.parse(body.toString());
    return Number.isInteger(update?.update_id) ? update : undefined;
  } catch {
    return undefined;
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `WEBHOOK_PORT ${port} can't be listened on (${cause.code}). Set WEBHOOK_PORT to a free port.`;
      reject(new FatalError('port_unavailable', message, { cause }));
    });
    server.listen(port, resolve);
  });
}
