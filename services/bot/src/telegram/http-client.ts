import { type Agent, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { RetryableError } from '@attrai/contracts/errors';
import { agentThrough } from './proxy-agent.ts';
import type { ProxySetting } from './proxy-setting.ts';
import { NeverWentOut } from './telegram-errors.ts';
import { watchConnection } from './watch-connection.ts';

export interface Question {
  method: 'GET' | 'POST';
  /** Below the server's root, without a slash in front. */
  path: string;
  headers?: Record<string, string>;
  /** Its parts, in order. */
  body?: Buffer[];
  /** Until the answer has ended. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** The root of Telegram's own Bot API server. */
export const TELEGRAM = 'https://api.telegram.org';

/**
 * The time for one address of a name. With Node's 250 ms both families fail where one doesn't answer and the other is slow.
 */
const ATTEMPT_MS = 2_500;

/** Talks to one server over connections that are kept open. With telegraf's own client each photo took 10 % more CPU time. */
export class HttpClient {
  #server: ReturnType<typeof urlToHttpOptions>;
  /** Of the server, with a slash at both ends. */
  #folder: string;
  #request: typeof requestHttp;
  #agent: Agent;

  constructor(root: string, proxy?: ProxySetting) {
    const url = new URL(root);
    const secure = url.protocol === 'https:';
    this.#server = urlToHttpOptions(url);
    this.#folder = url.pathname.replace(/\/*$/, '/');
    this.#request = secure ? requestHttps : requestHttp;
    const options = { keepAlive: true, autoSelectFamilyAttemptTimeout: ATTEMPT_MS };
    this.#agent = proxy ? agentThrough(proxy, options) : new (secure ? HttpsAgent : HttpAgent)(options);
  }

  /** The answer, once its headers are there. Throws NeverWentOut, RetryableError `proxy_failed`, or Node's errors, which hold no URL. */
  ask({ method, path, headers = {}, body = [], timeoutMs, signal }: Question): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const length = body.reduce((sum, part) => sum + part.length, 0);
      const outgoing = this.#request(
        {
          ...this.#server,
          method,
          path: `${this.#folder}${path}`,
          headers: method === 'POST' ? { ...headers, 'content-length': length } : headers,
          agent: this.#agent,
        },
        resolve,
      );
      const wentOut = watchConnection(outgoing);
      const fail = (error: Error) =>
        reject(wentOut() || error instanceof RetryableError ? error : new NeverWentOut(error));
      outgoing.on('error', fail);
      const end = (error: Error) => {
        outgoing.destroy(error);
        // While a request waits for a proxy, it has no error event.
        if (outgoing.socket === null) fail(error);
      };
      const tooLong = setTimeout(() => end(new Error('No answer in time')), timeoutMs);
      const aborted = () => end(new Error('Aborted'));
      if (signal?.aborted) aborted();
      signal?.addEventListener('abort', aborted);
      outgoing.on('close', () => {
        clearTimeout(tooLong);
        signal?.removeEventListener('abort', aborted);
      });
      for (const part of body.slice(0, -1)) outgoing.write(part);
      outgoing.end(body.at(-1));
    });
  }
}

/** The body, or undefined if it has more than `maxBytes`: then the rest is not read. Throws if the connection breaks. */
export function readBody(response: IncomingMessage, maxBytes = Number.POSITIVE_INFINITY): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      resolve(undefined);
      response.destroy();
    });
    response.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    response.on('error', reject);
  });
}
