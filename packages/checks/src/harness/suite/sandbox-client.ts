import type { Language } from '@attrai/contracts/reply-to';

/** A failure for the Bot API to have in store; see services/sandbox/src/bot-api/faults.ts. */
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

/** The sandbox's own HTTP API, for what users do and what tests want to know. */
export interface SandboxClient {
  send(chatId: number, language: Language, attachment: Attachment): Promise<number>;
  log(chatId: number): Promise<LogEntry[]>;
  /** How often the bot called each method of the Bot API. */
  calls(): Promise<Record<string, number>>;
  order(fault: FaultOrder): Promise<void>;
  /** How many calls the faults in store will still strike. */
  faultsLeft(): Promise<number>;
  clearFaults(): Promise<void>;
}

export function connectSandbox(url: string): SandboxClient {
  async function ask(method: string, path: string, body?: FormData | object): Promise<unknown> {
    const json = body !== undefined && !(body instanceof FormData);
    const response = await fetch(`${url}/api${path}`, {
      method,
      ...(json && { headers: { 'content-type': 'application/json' } }),
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as FormData) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox answered ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    async send(chatId, language, { as, name, bytes }) {
      const form = new FormData();
      form.set('language_code', language);
      form.set(as, new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), name);
      const sent = await ask('POST', `/chats/${chatId}/messages`, form);
      return (sent as { message_id: number }).message_id;
    },
    calls: async () => ((await ask('GET', '/stats')) as { calls: Record<string, number> }).calls,
    log: async (chatId) => (await ask('GET', `/chats/${chatId}/log`)) as LogEntry[],
    async order(fault) {
      await ask('POST', '/faults', fault);
    },
    async faultsLeft() {
      const orders = (await ask('GET', '/faults')) as { left: number }[];
      return orders.reduce((sum, { left }) => sum + left, 0);
    },
    async clearFaults() {
      await ask('DELETE', '/faults');
    },
  };
}
