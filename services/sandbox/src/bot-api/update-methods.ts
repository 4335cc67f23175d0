import { z } from 'zod';
import { badRequest, conflict } from './api-error.ts';
import { checkTarget, type ReplyHandler } from './deliver.ts';
import { characters } from './formatted-text.ts';
import type { Method } from './method.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';

/** Telegram shortens longer waits to this. */
const LONGEST_POLL_S = 50;
/** https://core.telegram.org/bots/api#setwebhook */
const CONNECTIONS = 40;
const MAX_CONNECTIONS = 100;
/** Characters; limit of https://core.telegram.org/bots/api#answercallbackquery */
const MAX_ANSWER = 200;

const getUpdates: Method = async (params, { updates, webhook }, signal) => {
  if (webhook.active) {
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  readAllowed(params, updates);
  return updates.poll({
    offset: params.integer('offset') ?? 0,
    limit: Math.min(Math.max(params.integer('limit') ?? 100, 1), 100),
    timeoutMs: Math.min(Math.max(params.integer('timeout') ?? 0, 0), LONGEST_POLL_S) * 1000,
    signal,
  });
};

const deleteWebhook: Method = (params, { updates, webhook }) => {
  webhook.stop();
  if (params.boolean('drop_pending_updates')) updates.drop();
  return true;
};

const getWebhookInfo: Method = (_params, { webhook }) => webhook.info();

const answerCallbackQuery: Method = (params, { chats, callbacks }) => {
  const text = params.string('text') ?? '';
  if (characters(text) > MAX_ANSWER) throw badRequest('MESSAGE_TOO_LONG');
  const press = callbacks.close(params.string('callback_query_id') ?? '');
  if (!press) throw badRequest('query is too old and response timeout expired or query ID is invalid');
  chats.answerCallback(press.chatId, { clientKey: press.clientKey, text, alert: params.boolean('show_alert') });
  return true;
};

export function createUpdateMethods(onReply: ReplyHandler): Record<string, Method> {
  const setWebhook: Method = (params, telegram, signal) => {
    const url = params.string('url') ?? '';
    if (url === '') return deleteWebhook(params, telegram, signal);
    const { updates, webhook } = telegram;
    const maxConnections = Math.min(Math.max(params.integer('max_connections') ?? CONNECTIONS, 1), MAX_CONNECTIONS);
    const target = { url, secretToken: params.string('secret_token') || undefined, maxConnections };
    checkTarget(target);
    readAllowed(params, updates);
    updates.interrupt(conflict('terminated by setWebhook request'));
    if (params.boolean('drop_pending_updates')) updates.drop();
    webhook.start(target, onReply);
    return true;
  };
  return { getUpdates, setWebhook, deleteWebhook, getWebhookInfo, answerCallbackQuery };
}

/** Without `allowed_updates` the last setting remains. */
function readAllowed(params: Params, updates: Telegram['updates']): void {
  const given = params.json('allowed_updates');
  if (given === undefined) return;
  const kinds = z.array(z.string()).safeParse(given);
  if (!kinds.success) throw badRequest("can't parse allowed_updates: expected an Array of String");
  updates.allow(kinds.data);
}
