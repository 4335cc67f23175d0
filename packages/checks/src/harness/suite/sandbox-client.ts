import type { Language } from '@attrai/bot/texts/language';
import type { FaultOrder } from '@attrai/sandbox/bot-api/faults';

export interface LogEntry {
  message_id: number;
  from: 'bot' | 'user';
  reply_to?: number;
  kind: 'text' | 'photo' | 'document' | 'deleted';
  /** Text or caption after the change. */
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface Attachment {
  as: 'photo' | 'document';
  name: string;
  bytes: Buffer;
}

/** A client of the sandbox's own HTTP API. Methods throw an Error if the sandbox refuses. */
export class SandboxClient {
  readonly #api: string;

  constructor(url: string) {
    this.#api = `${url}/api`;
  }

  /** Sends a photo of a user to the bot. Resolves to the message's id. */
  async send(chatId: number, language: Language, { as, name, bytes }: Attachment): Promise<number> {
    const form = new FormData();
    form.set('language_code', language);
    form.set(as, new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), name);
    const sent = await this.#ask('POST', `/chats/${chatId}/messages`, form);
    return (sent as { message_id: number }).message_id;
  }

  async log(chatId: number): Promise<LogEntry[]> {
    return (await this.#ask('GET', `/chats/${chatId}/log`)) as LogEntry[];
  }

  async calls(): Promise<Record<string, number>> {
    return ((await this.#ask('GET', '/stats')) as { calls: Record<string, number> }).calls;
  }

  /** Makes some of the next calls of the Bot API fail. */
  async order(fault: FaultOrder): Promise<void> {
    await this.#ask('POST', '/faults', fault);
  }

  /** Number of calls that will still fail. */
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
