import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, badRequest } from './api-error.ts';
import { botMethods } from './bot-methods.ts';
import { chatMethods } from './chat-methods.ts';
import { editMethods } from './edit-methods.ts';
import { type FaultOrder, faultDescription } from './faults.ts';
import type { Method } from './method.ts';
import { Params, readParams } from './params.ts';
import { reactionMethods } from './reaction-methods.ts';
import { sendMethods } from './send-methods.ts';
import type { Telegram } from './telegram.ts';
import { createUpdateMethods } from './update-methods.ts';

/** Serves `/bot<token>/<method>` and `/file/bot<token>/<file_path>` as https://core.telegram.org/bots/api does. */
export function serveBotApi(app: FastifyInstance, telegram: Telegram, token: string): void {
  const methods = new Map<string, [name: string, method: Method]>();
  const updateMethods = createUpdateMethods(async (name, values) => {
    const [known, method] = methods.get(name.toLowerCase()) ?? [];
    await method?.(new Params(known!, values), telegram, AbortSignal.abort());
  });
  const all = { ...botMethods, ...chatMethods, ...sendMethods, ...editMethods, ...reactionMethods, ...updateMethods };
  for (const [name, method] of Object.entries(all)) methods.set(name.toLowerCase(), [name, method]);

  app.route<{ Params: { token: string; method: string } }>({
    method: ['GET', 'POST'],
    url: '/bot:token/:method',
    async handler(request, reply) {
      if (request.params.token !== token) throw new ApiError(401, 'Unauthorized');
      const [name, method] = methods.get(request.params.method.toLowerCase()) ?? [];
      // Not 404 as Telegram: some clients take that for a wrong token.
      if (!name || !method) throw badRequest(`the sandbox has no method ${request.params.method}`);
      telegram.calls.set(name, (telegram.calls.get(name) ?? 0) + 1);

      const params = await readParams(request, name);
      const fault = telegram.faults.take(name, params.integer('chat_id'));
      await beforeWork(fault);
      const result = await method(params, telegram, goneSignal(reply));
      return fault?.kind === 'drop-after' ? cutConnection(request, reply) : { ok: true, result };
    },
  });

  app.get<{ Params: { token: string; '*': string } }>('/file/bot:token/*', async (request, reply) => {
    if (request.params.token !== token) throw new ApiError(401, 'Unauthorized');
    const fault = telegram.faults.take('downloadFile', undefined);
    await beforeWork(fault);
    const kept = telegram.media.vault.atPath(request.params['*']);
    if (!kept) throw new ApiError(404, 'Not Found');
    if (fault?.kind === 'drop-after') return cutConnection(request, reply);
    return reply.type(kept.file.kind === 'photo' ? 'image/jpeg' : 'application/octet-stream').send(kept.bytes);
  });
}

/** Whether errors of this URL are answered in the Bot API's format. */
export function isBotApiUrl(url: string): boolean {
  return /^\/(file\/)?bot/.test(url);
}

/** Answers an error in the Bot API's format. */
export function sendApiError(error: Error & { statusCode?: number }, reply: FastifyReply): FastifyReply {
  const refusal = error instanceof ApiError ? error : asApiError(error);
  const retryAfter = refusal.parameters?.retry_after;
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply.code(refusal.code).send(refusal.toJSON());
}

function asApiError({ statusCode = 500, message }: Error & { statusCode?: number }): ApiError {
  return statusCode < 500
    ? new ApiError(statusCode, `Bad Request: ${message}`)
    : new ApiError(500, 'Internal Server Error');
}

async function beforeWork(fault: FaultOrder | undefined): Promise<void> {
  if (fault?.delay_ms) await sleep(fault.delay_ms, undefined, { ref: false });
  if (fault?.kind !== 'error') return;
  const code = fault.error_code;
  const retryAfter = fault.retry_after ?? (code === 429 ? 1 : undefined);
  const parameters = retryAfter === undefined ? undefined : { retry_after: retryAfter };
  throw new ApiError(code, fault.description ?? faultDescription(code, retryAfter), parameters);
}

/** The caller gets no answer, although the work is done. */
function cutConnection(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** Aborts when the answer is sent or the caller is gone. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
