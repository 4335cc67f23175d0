import type { RequestListener } from 'node:http';
import { Bot, GrammyError, InputFile, webhookCallback } from 'grammy';
import { Bot as NodeBot, InputFile as NodeFile, TelegramApiError } from 'node-telegram-bot-api';
import { createWebhookServer } from 'node-telegram-bot-api/node';
import { Telegraf, TelegramError } from 'telegraf';
import { expect } from 'vitest';
import type { Result } from './results.ts';

interface Failure {
  /** `error_code`; undefined if no answer came. */
  code: number | undefined;
  description: string;
  retryAfter: number | undefined;
}

/** What the tests use of a client library. */
export interface BotClient {
  call<Method extends string>(method: Method, params?: Record<string, unknown>): Promise<Result<Method>>;
  file(bytes: Buffer, name: string): unknown;
  fileUrl(fileId: string): Promise<string>;
  failure(error: unknown): Failure;
  /** Answers each text with `answer(text)`. */
  onText(answer: (text: string) => string): void;
  /** Polls until the returned function is called. */
  listen(): Promise<() => Promise<void>>;
  webhook(secret: string): Promise<RequestListener>;
}

export const clients: Record<string, (apiRoot: string, token: string) => BotClient> = {
  telegraf(apiRoot, token) {
    const bot = new Telegraf(token, { telegram: { apiRoot } });
    return {
      call: (method, params = {}) => bot.telegram.callApi(method as 'getMe', params as never) as Promise<never>,
      file: (source, filename) => ({ source, filename }),
      fileUrl: async (fileId) => (await bot.telegram.getFileLink(fileId)).href,
      failure(error) {
        if (!(error instanceof TelegramError)) return noAnswer(error);
        return { code: error.code, description: error.description, retryAfter: error.parameters?.retry_after };
      },
      onText(answer) {
        bot.on('text', (ctx) => ctx.reply(answer(ctx.message.text)));
      },
      listen: () =>
        untilStarted(
          (started) => bot.launch(started),
          () => bot.stop(),
        ),
      async webhook(secretToken) {
        bot.botInfo = await bot.telegram.getMe();
        return bot.webhookCallback('/', { secretToken }) as RequestListener;
      },
    };
  },

  grammY(apiRoot, token) {
    const bot = new Bot(token, { client: { apiRoot } });
    return {
      call: (method, ...params) => bot.api.raw[method as 'getMe'](...(params as [])) as Promise<never>,
      file: (bytes, name) => new InputFile(bytes, name),
      fileUrl: async (fileId) => `${apiRoot}/file/bot${token}/${(await bot.api.getFile(fileId)).file_path}`,
      failure(error) {
        if (!(error instanceof GrammyError)) return noAnswer(error);
        return { code: error.error_code, description: error.description, retryAfter: error.parameters.retry_after };
      },
      onText(answer) {
        bot.on('message:text', (ctx) => ctx.reply(answer(ctx.message.text)));
      },
      listen: () =>
        untilStarted(
          (started) => bot.start({ onStart: () => started() }),
          () => bot.stop(),
        ),
      async webhook(secretToken) {
        return webhookCallback(bot, 'http', { secretToken }) as RequestListener;
      },
    };
  },

  'node-telegram-bot-api'(apiRoot, token) {
    const bot = new NodeBot(token, { apiRoot, maxRetries: 0 });
    const api = bot.api as unknown as Record<string, (params: object) => Promise<never>>;
    return {
      call: (method, ...params) => api[method]!(...(params as [object])),
      file: (bytes, filename) => new NodeFile(bytes, { filename }),
      fileUrl: async (file_id) =>
        `${apiRoot}/file/bot${token}/${((await api.getFile!({ file_id })) as { file_path: string }).file_path}`,
      failure(error) {
        if (!(error instanceof TelegramApiError)) return noAnswer(error);
        return { code: error.errorCode, description: error.description, retryAfter: error.retryAfter };
      },
      onText(answer) {
        bot.on('message', (ctx) => ctx.reply(answer(ctx.message?.text ?? '')));
      },
      async listen() {
        const ended = bot.startPolling();
        return async () => {
          bot.stop();
          await ended;
        };
      },
      async webhook(secretToken) {
        const server = createWebhookServer(bot, { secretToken });
        return (request, response) => void server.emit('request', request, response);
      },
    };
  },
};

/** The failure of a call. Fails the test if the call succeeds. */
export function failureOf(bot: BotClient, call: Promise<unknown>): Promise<Failure> {
  return call.then(
    () => expect.fail('the call should have been refused'),
    (error) => bot.failure(error),
  );
}

/** Polls once `run` has called back. Resolves to a function that stops it and waits until it has ended. */
async function untilStarted(
  run: (started: () => void) => Promise<void>,
  stop: () => void | Promise<void>,
): Promise<() => Promise<void>> {
  const started = Promise.withResolvers<void>();
  const ended = run(started.resolve);
  await Promise.race([started.promise, ended]);
  return async () => {
    await stop();
    await ended;
  };
}

function noAnswer(error: unknown): Failure {
  return { code: undefined, description: (error as Error).message, retryAfter: undefined };
}
