import type { RequestListener } from 'node:http';
import { Bot, GrammyError, InputFile, webhookCallback } from 'grammy';
import { Bot as NodeBot, InputFile as NodeFile, TelegramApiError } from 'node-telegram-bot-api';
import { createWebhookServer } from 'node-telegram-bot-api/node';
import { Telegraf, TelegramError } from 'telegraf';
import { expect } from 'vitest';

export interface Failure {
  /** HTTP-like code; undefined when no answer came. */
  code: number | undefined;
  description: string;
  retryAfter: number | undefined;
}

/** What the promises need of a client library. */
export interface BotClient {
  /** Calls a method of the Bot API the library's own way. */
  // biome-ignore lint/suspicious/noExplicitAny: results are whatever the method gives; the tests check them
  call(method: string, params?: Record<string, unknown>): Promise<any>;
  file(bytes: Buffer, name: string): unknown;
  fileUrl(fileId: string): Promise<string>;
  failure(error: unknown): Failure;
  /** Answers each text with `answer(text)`; `listen` polls until the returned function ends it. */
  onText(answer: (text: string) => string): void;
  listen(): Promise<() => Promise<void>>;
  /** A handler for the webhook that answers as `onText` says. */
  webhook(secret: string): Promise<RequestListener>;
}

export const clients: Record<string, (apiRoot: string, token: string) => BotClient> = {
  telegraf(apiRoot, token) {
    const bot = new Telegraf(token, { telegram: { apiRoot } });
    return {
      call: (method, params = {}) => bot.telegram.callApi(method as 'getMe', params as never),
      file: (source, filename) => ({ source, filename }),
      fileUrl: async (fileId) => (await bot.telegram.getFileLink(fileId)).href,
      failure(error) {
        if (!(error instanceof TelegramError)) return noAnswer(error);
        return { code: error.code, description: error.description, retryAfter: error.parameters?.retry_after };
      },
      onText(answer) {
        bot.on('text', (ctx) => ctx.reply(answer(ctx.message.text)));
      },
      async listen() {
        const ended = Promise.withResolvers<void>();
        await new Promise<void>((ready, failed) => {
          bot.launch(ready).then(ended.resolve, (error) => {
            failed(error);
            ended.reject(error);
          });
        });
        return async () => {
          bot.stop();
          await ended.promise;
        };
      },
      async webhook(secretToken) {
        bot.botInfo = await bot.telegram.getMe();
        return bot.webhookCallback('/', { secretToken }) as RequestListener;
      },
    };
  },

  grammY(apiRoot, token) {
    const bot = new Bot(token, { client: { apiRoot } });
    return {
      call: (method, ...params) => bot.api.raw[method as 'getMe'](...(params as [])),
      file: (bytes, name) => new InputFile(bytes, name),
      fileUrl: async (fileId) => `${apiRoot}/file/bot${token}/${(await bot.api.getFile(fileId)).file_path}`,
      failure(error) {
        if (!(error instanceof GrammyError)) return noAnswer(error);
        return { code: error.error_code, description: error.description, retryAfter: error.parameters.retry_after };
      },
      onText(answer) {
        bot.on('message:text', (ctx) => ctx.reply(answer(ctx.message.text)));
      },
      async listen() {
        const ended = Promise.withResolvers<void>();
        await new Promise<void>((ready, failed) => {
          bot.start({ onStart: () => ready() }).then(ended.resolve, (error) => {
            failed(error);
            ended.reject(error);
          });
        });
        return async () => {
          await bot.stop();
          await ended.promise;
        };
      },
      async webhook(secretToken) {
        return webhookCallback(bot, 'http', { secretToken }) as RequestListener;
      },
    };
  },

  'node-telegram-bot-api'(apiRoot, token) {
    const bot = new NodeBot(token, { apiRoot, maxRetries: 0 });
    const api = bot.api as unknown as Record<string, (params: object) => Promise<{ file_path: string }>>;
    return {
      call: (method, ...params) => api[method]!(...(params as [object])),
      file: (bytes, filename) => new NodeFile(bytes, { filename }),
      fileUrl: async (file_id) => `${apiRoot}/file/bot${token}/${(await api.getFile!({ file_id })).file_path}`,
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

/** How a call was refused, or failed. */
export function failureOf(bot: BotClient, call: Promise<unknown>): Promise<Failure> {
  return call.then(
    () => expect.fail('the call should have been refused'),
    (error) => bot.failure(error),
  );
}

function noAnswer(error: unknown): Failure {
  return { code: undefined, description: (error as Error).message, retryAfter: undefined };
}
