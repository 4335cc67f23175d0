import type { MessageView } from '../src/page-api/message-view.ts';

let lastChat = 1000;

/** A user of the page, who acts by the page's API in one chat. */
export class User {
  readonly url: string;
  readonly chatId: number;
  readonly #chat: string;

  constructor(url: string, chatId = ++lastChat) {
    this.url = url;
    this.chatId = chatId;
    this.#chat = `${url}/api/chats/${chatId}`;
  }

  /** Sends a message; resolves to its id. */
  async send(fields: Record<string, string | Blob>): Promise<number> {
    const response = await this.post('messages', form(fields));
    const answer = (await response.json()) as { message_id: number; error?: string };
    if (response.status !== 201) throw new Error(`${response.status} ${answer.error}`);
    return answer.message_id;
  }

  sendPhoto(photo: Buffer, fields: Record<string, string> = {}): Promise<number> {
    return this.send({ ...fields, photo: new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }) });
  }

  post(what: string, body: FormData | object): Promise<Response> {
    const isForm = body instanceof FormData;
    return fetch(`${this.#chat}/${what}`, {
      method: 'POST',
      ...(!isForm && { headers: { 'content-type': 'application/json' } }),
      body: isForm ? body : JSON.stringify(body),
    });
  }

  async edit(messageId: number, text: string): Promise<void> {
    await change(`${this.#chat}/messages/${messageId}`, 'PATCH', { text });
  }

  /** Changes the chat, or creates it; see page-api/chat-setup.ts. */
  setUp(fields: object): Promise<unknown> {
    return change(this.#chat, 'PATCH', fields);
  }

  async addTopic(name: string): Promise<number> {
    return (await change<{ message_thread_id: number }>(`${this.#chat}/topics`, 'POST', { name })).message_thread_id;
  }

  /** Turns a basic group into a supergroup; resolves to the id of that. */
  async migrate(): Promise<number> {
    return (await change<{ migrate_to_chat_id: number }>(`${this.#chat}/migrate`, 'POST', {})).migrate_to_chat_id;
  }

  /** Changes settings of the bot; see page-api/settings-routes.ts. */
  set(settings: object): Promise<unknown> {
    return change(`${this.url}/api/settings`, 'PATCH', settings);
  }

  /** Makes calls of the Bot API fail; see page-api/test-routes.ts. */
  orderFault(fault: object): Promise<unknown> {
    return change(`${this.url}/api/faults`, 'POST', fault);
  }

  async stats(): Promise<object> {
    return (await fetch(`${this.url}/api/stats`)).json() as Promise<object>;
  }

  async messages(): Promise<MessageView[]> {
    return (await fetch(`${this.#chat}/messages`)).json() as Promise<MessageView[]>;
  }

  async message(messageId: number): Promise<MessageView | undefined> {
    return (await this.messages()).find((message) => message.message_id === messageId);
  }

  /** Writes a first message, since a bot may not write before. */
  async openChat(): Promise<{ chat_id: number }> {
    await this.send({ text: 'hello' });
    return { chat_id: this.chatId };
  }

  async botTexts(): Promise<(string | undefined)[]> {
    return (await this.messages()).filter((message) => message.from === 'bot').map((message) => message.text);
  }

  /** Listens to the chat's events. */
  async watch(): Promise<Watch> {
    const abort = new AbortController();
    const response = await fetch(`${this.#chat}/events`, { signal: abort.signal });
    const events: Watch['events'] = [];
    const reading = readEvents(response, events).catch(() => {});
    return {
      events,
      async close() {
        abort.abort();
        await reading;
      },
    };
  }
}

interface Watch {
  events: { event: string; data: unknown }[];
  close(): Promise<void>;
}

export function form(fields: Record<string, string | Blob>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

export async function sendJson(url: string, method: 'POST' | 'PATCH', body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

/** As `sendJson`; throws an Error if the sandbox refuses. */
async function change<T>(url: string, method: 'POST' | 'PATCH', fields: object): Promise<T> {
  const { status, body } = await sendJson(url, method, fields);
  if (status >= 400) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body as T;
}

async function readEvents(response: Response, events: Watch['events']): Promise<void> {
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/m.exec(block) ?? [];
      if (event && data) events.push({ event, data: JSON.parse(data) });
    }
  }
}
