import type { Answer, Result, Some, Update } from './results.ts';
import { sendJson } from './user.ts';

/** A bot that calls the Bot API without a client library. */
export class RawBot {
  readonly apiRoot: string;
  readonly token: string;
  #offset = 0;

  constructor(apiRoot: string, token: string) {
    this.apiRoot = apiRoot;
    this.token = token;
  }

  /** Calls a method. Resolves to the response, also if the call was refused. */
  async ask<Method extends string>(method: Method, params: object = {}) {
    const { status, headers, ...response } = await sendJson(
      `${this.apiRoot}/bot${this.token}/${method}`,
      'POST',
      params,
    );
    return { status, headers, body: response.body as Answer<Method> };
  }

  /** Calls a method. Resolves to its result; throws an Error with the description if the call was refused. */
  async call<Method extends string>(method: Method, params: object = {}): Promise<Result<Method>> {
    const { body } = await this.ask(method, params);
    if (!body.ok) throw new Error(body.description);
    return body.result;
  }

  async updates(): Promise<Some<Update>> {
    const updates = await this.call('getUpdates', { offset: this.#offset });
    this.#offset = (updates.at(-1)?.update_id ?? this.#offset - 1) + 1;
    return updates;
  }

  /** The updates since the last call: text or caption of a message, the kind of any other update. */
  async heard(): Promise<string[]> {
    return (await this.updates()).map(({ update_id: _, ...update }) => {
      const [[kind, content]] = Object.entries<object>(update) as [[string, { text?: string; caption?: string }]];
      return content.text ?? content.caption ?? kind;
    });
  }
}
