import multipart from '@fastify/multipart';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { ApiError } from './bot-api/api-error.ts';
import { isBotApiUrl, sendApiError, serveBotApi } from './bot-api/routes.ts';
import { Telegram } from './bot-api/telegram.ts';
import { serveChats } from './page-api/chat-routes.ts';
import { serveChatSetup } from './page-api/chat-setup.ts';
import { serveEvents } from './page-api/event-stream.ts';
import { guardHost } from './page-api/host-guard.ts';
import { servePage } from './page-api/page-routes.ts';
import { serveSettings } from './page-api/settings-routes.ts';
import { serveTestApi } from './page-api/test-routes.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

export interface SandboxOptions {
  /**
   * Default: 127.0.0.1. An address other than loopback needs `names`, and must be reachable by tests only: the page and its
   * API have no login.
   */
  host?: string;
  /** More values of the Host header that it answers to, as `name:port`. */
  names?: string[];
  /** 0 takes a free one. */
  port: number;
  /** The bot's token: `<bot id>:<letters, digits, _ and ->`. */
  token: string;
  /** Allows photos by URL from any host; default: from loopback only. */
  fetchesAnywhere?: boolean;
  logger?: { error(fields: object, message: string): void };
}

export interface Sandbox {
  /** URL of the page, like http://127.0.0.1:8080 */
  url: string;
  /** A Bot API client uses it in place of https://api.telegram.org */
  apiRoot: string;
  token: string;
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Telegram: a part of the Bot API, and a web page to chat with the bot. It keeps everything in memory.
 * Throws an Error that says what to do if the port is taken.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = LOOPBACK[0]!, names = [], port, token, logger } = options;
  if (!LOOPBACK.includes(host) && names.length === 0) {
    throw new Error('The sandbox listens on loopback only (127.0.0.1, localhost or ::1), unless SANDBOX_NAMES is set.');
  }
  if (!/^\d+:[\w-]+$/.test(token)) {
    throw new Error('A bot token looks like 123456:letters-and-digits. Set BOT_TOKEN to one.');
  }

  const telegram = new Telegram(token, options.fetchesAnywhere);
  const app = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 200 } });
  await app.register(multipart);
  acceptUrlencoded(app);
  guardHost(app, names);
  answerFailures(app, logger);
  serveBotApi(app, telegram, token);
  serveChats(app, telegram);
  serveChatSetup(app, telegram);
  serveSettings(app, telegram);
  serveEvents(app, telegram);
  serveTestApi(app, telegram);
  await servePage(app, telegram);

  const url = await listen(app, host, port);
  return {
    url,
    apiRoot: url,
    token,
    async close() {
      telegram.webhook.stop();
      await app.close();
    },
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} is taken by another program. Stop that program, or set PORT to another port (PORT=0 takes a free one).`,
      { cause: error },
    );
  }
}

function acceptUrlencoded(app: FastifyInstance): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}

/** Answers errors in the format of the API that was called, and logs unexpected ones. */
function answerFailures(app: FastifyInstance, logger: SandboxOptions['logger']): void {
  app.setErrorHandler<FastifyError | ApiError>((error, request, reply) => {
    const foreseen = error instanceof ApiError || (error.statusCode !== undefined && error.statusCode < 500);
    if (!foreseen) logger?.error({ err: error, route: request.routeOptions.url }, 'the sandbox failed to answer');
    if (isBotApiUrl(request.url)) return sendApiError(error, reply);
    const code = error instanceof ApiError ? error.code : foreseen ? error.statusCode! : 500;
    return reply.code(code).send({ error: foreseen ? error.message : 'The sandbox failed. Its log says why.' });
  });
  app.setNotFoundHandler((request, reply) => {
    if (isBotApiUrl(request.url)) return sendApiError(new ApiError(404, 'Not Found'), reply);
    return reply.code(404).send({ error: 'There is nothing here.' });
  });
}
