import type { Language } from '@attrai/bot/texts/language';

/** A failure ordered from the Bot API; see services/sandbox/src/bot-api/faults.ts. */
export interface FaultOrder {
  method?: string;
  chatId?: number;
  kind: 'error' | 'drop-after' | 'delay';
  error_code?: number;
  retry_after?: number;
  delay_ms?: number;
  times: number;
}

/** One thing that happened to a message of a chat. */
export interface LogEntry {
  message_id: number;
  from: 'bot' | 'user';
  reply_to?: number;
  kind: 'text' | 'photo' | 'document' | 'deleted';
  /** Text or caption after it. */
  text: string;
  /** ms since the epoch */
  at: number;
}

export interface Attachment {
  as: 'photo' | 'document';
  name: string;
  bytes: Buffer;
}

/** A client of the sandbox's own HTTP API, for users' actions and for checks. Methods throw if it refuses. */
export class SandboxClient {
  readonly #api: string;

  constructor(url: string) {
    this.#api = `${url}/api`;
  }

  /** Has a user send a photo into the chat with the bot. Resolves to the message's id. */
  async send(chatId: number, language: Language, { as, name, bytes }: Attachment): Promise<number> {
    const form = new FormData();
    form.set('language_code', language);
    form.set(as, new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), name);
    const sent = await this.#ask('POST', `/chats/${chatId}/messages`, form);
    return (sent as { message_id: number }).message_id;
  }

  /** Everything that happened in a chat. */
  async log(chatId: number): Promise<LogEntry[]> {
    return (await this.#ask('GET', `/chats/${chatId}/log`)) as LogEntry[];
  }

  /** How often the bot called each method of the Bot API. */
  async calls(): Promise<Record<string, number>> {
    return ((await this.#ask('GET', '/stats')) as { calls: Record<string, number> }).calls;
  }

  /** Has the Bot API fail in some of its next calls. */
  async order(fault: FaultOrder): Promise<void> {
    await this.#ask('POST', '/faults', fault);
  }

  /** How many calls the faults in store will still strike. */
  async faultsLeft(): Promise<number> {
    const orders = (await this.#ask('GET', '/faults')) as { left: number }[];
    return orders.reduce((sum, { left }) => sum + left, 0);
  }

  async clearFaults(): Promise<void> {
    await this.#ask('DELETE', '/faults');
  }

  async #ask(method: string, path: string, body?: FormData | object): Promise<unknown> {
    const json = body !== undefined && !(body instanceof FormData);
    const response = await fetch(`${this.#api}${path}`, {
      method,
      ...(json && { headers: { 'content-type': 'application/json' } }),
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as FormData) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox answered ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
