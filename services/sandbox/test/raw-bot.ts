const TOKEN = '4242:test_token-1';

/** The bot's side of a sandbox, without a client library between. */
export class RawBot {
  readonly token = TOKEN;
  readonly #apiRoot: string;
  #offset = 0;

  constructor(apiRoot: string) {
    this.#apiRoot = apiRoot;
  }

  /** The response as it stands. */
  async ask(method: string, params: object = {}) {
    const response = await fetch(`${this.#apiRoot}/bot${TOKEN}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the tests check it
    const body = (await response.json()) as any;
    return { status: response.status, headers: response.headers, body };
  }

  /** The result; throws an Error with Telegram's words where the call was refused. */
  async call(method: string, params: object = {}) {
    const { body } = await this.ask(method, params);
    if (!body.ok) throw new Error(body.description);
    return body.result;
  }

  /** The updates since the last call. */
  async updates() {
    const updates = await this.call('getUpdates', { offset: this.#offset });
    this.#offset = (updates.at(-1)?.update_id ?? this.#offset - 1) + 1;
    return updates;
  }

  /** Texts and captions of the messages since the last call; what else happened by its name. */
  async heard(): Promise<string[]> {
    const updates: Record<string, Record<string, unknown>>[] = await this.updates();
    return updates.map(({ update_id: _, ...update }) => {
      const [[kind, content]] = Object.entries(update) as [[string, Record<string, unknown>]];
      return String(content.text ?? content.caption ?? kind);
    });
  }
}
