import type { MessageView } from '../src/page-api/message-view.ts';

let lastChat = 1000;

/** What a user of the page does in a chat, by the page's API. */
export class User {
  readonly url: string;
  readonly chatId: number;

  constructor(url: string, chatId = ++lastChat) {
    this.url = url;
    this.chatId = chatId;
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
    return fetch(`${this.url}/api/chats/${this.chatId}/${what}`, {
      method: 'POST',
      ...(!isForm && { headers: { 'content-type': 'application/json' } }),
      body: isForm ? body : JSON.stringify(body),
    });
  }

  /** Changes the chat, or makes it; see page-api/chat-setup.ts. */
  setUp(fields: object): Promise<unknown> {
    return change(`${this.url}/api/chats/${this.chatId}`, 'PATCH', fields);
  }

  /** Resolves to the topic's id. */
  async addTopic(name: string): Promise<number> {
    const made = await change(`${this.url}/api/chats/${this.chatId}/topics`, 'POST', { name });
    return (made as { message_thread_id: number }).message_thread_id;
  }

  /** Makes a basic group a supergroup; resolves to its id. */
  async migrate(): Promise<number> {
    const moved = await change(`${this.url}/api/chats/${this.chatId}/migrate`, 'POST', {});
    return (moved as { migrate_to_chat_id: number }).migrate_to_chat_id;
  }

  /** Changes what is set for the bot as a whole; see page-api/settings-routes.ts. */
  set(settings: object): Promise<unknown> {
    return change(`${this.url}/api/settings`, 'PATCH', settings);
  }

  async messages(): Promise<MessageView[]> {
    return (await fetch(`${this.url}/api/chats/${this.chatId}/messages`)).json() as Promise<MessageView[]>;
  }

  async message(messageId: number): Promise<MessageView | undefined> {
    return (await this.messages()).find((message) => message.message_id === messageId);
  }

  /** Writes first, as users must, so that the bot may write. */
  async openChat(): Promise<{ chat_id: number }> {
    await this.send({ text: 'hello' });
    return { chat_id: this.chatId };
  }

  async botTexts(): Promise<(string | undefined)[]> {
    return (await this.messages()).filter((message) => message.from === 'bot').map((message) => message.text);
  }

  /** Opens the chat's live events. */
  async watch(): Promise<Watch> {
    const abort = new AbortController();
    const response = await fetch(`${this.url}/api/chats/${this.chatId}/events`, { signal: abort.signal });
    const events: ChatEvent[] = [];
    const reading = read(response, events).catch(() => {});
    return {
      events,
      async close() {
        abort.abort();
        await reading;
      },
    };
  }
}

export interface ChatEvent {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: checked by the tests
  data: any;
}

export interface Watch {
  /** All so far, oldest first. */
  events: ChatEvent[];
  close(): Promise<void>;
}

export function form(fields: Record<string, string | Blob>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

async function change(url: string, method: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

async function read(response: Response, events: ChatEvent[]): Promise<void> {
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event && data) events.push({ event, data: JSON.parse(data) });
    }
  }
}
