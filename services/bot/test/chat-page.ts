import { randomUUID } from 'node:crypto';
import { waitUntil } from '@attrai/test-servers/wait-until';

export interface SeenMessage {
  message_id: number;
  from: 'user' | 'bot';
  text?: string;
  caption?: string;
  photo_url?: string;
  reply_to?: number;
  /** The topic it stands in. */
  thread_id?: number;
  edited?: boolean;
  buttons?: { text: string; callback_data: string }[][];
}

/** What a pressed button was answered with. */
export interface Notice {
  text: string;
  alert: boolean;
}

export interface Press {
  data?: string;
  language?: string;
  userId?: number;
}

export interface Sent {
  text?: string;
  photo?: Buffer;
  document?: { bytes: Buffer; name: string; type: string };
  language?: string;
  album?: string;
  userId?: number;
  replyTo?: number;
  topic?: number;
  /** In whose name, in a group. */
  as?: 'anonymous' | 'channel' | 'bot';
}

/** How a group is made, or changed. */
export interface Setup {
  is_forum?: boolean;
  bot_status?: 'member' | 'administrator';
}

export interface Fault {
  method?: string;
  chatId?: number;
  kind: 'error' | 'drop-after' | 'delay';
  error_code?: number;
  description?: string;
  retry_after?: number;
  delay_ms?: number;
  times?: number;
}

/** The sandbox as people in its chats, and as tests, see it. */
export function chatPage(url: string) {
  async function ask<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(new URL(path, url), init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  const json = (body: unknown) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  return {
    /** The id of the user's message. */
    async send(chatId: number, { text, photo, document, language, album, ...from }: Sent): Promise<number> {
      const form = new FormData();
      if (text !== undefined) form.set('text', text);
      if (photo) form.set('photo', new Blob([new Uint8Array(photo)], { type: 'image/png' }), 'me.png');
      if (document) {
        form.set('document', new Blob([new Uint8Array(document.bytes)], { type: document.type }), document.name);
      }
      if (language) form.set('language_code', language);
      if (album) form.set('media_group_id', album);
      const { userId: user_id, replyTo: reply_to, topic: message_thread_id, as } = from;
      for (const [name, value] of Object.entries({ user_id, reply_to, message_thread_id, as })) {
        if (value !== undefined) form.set(name, String(value));
      }
      const sent = await ask<SeenMessage>(`/api/chats/${chatId}/messages`, { method: 'POST', body: form });
      return sent.message_id;
    },
    /** Presses the button of a message; resolves to what the bot says to that. */
    async press(chatId: number, messageId: number, { data = 'adults', language, userId }: Press = {}): Promise<Notice> {
      const ended = new AbortController();
      const { signal } = ended;
      const events = await fetch(new URL(`/api/chats/${chatId}/events`, url), { signal });
      try {
        const key = randomUUID();
        const pressed = { message_id: messageId, data, language_code: language, user_id: userId, client_key: key };
        await ask(`/api/chats/${chatId}/callback`, json(pressed));
        let text = '';
        for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
          text += chunk;
          const answers = [...text.matchAll(/^event: answer\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data!));
          const mine = answers.find(({ client_key }) => client_key === key);
          if (mine) return { text: mine.text, alert: mine.alert };
        }
        throw new Error('the chat has ended');
      } finally {
        ended.abort();
      }
    },
    async messages(chatId: number): Promise<SeenMessage[]> {
      return ask(`/api/chats/${chatId}/messages`);
    },
    async fromBot(chatId: number): Promise<SeenMessage[]> {
      return (await this.messages(chatId)).filter(({ from }) => from === 'bot');
    },
    /** The bot's only message with words that match; waits for it. */
    async untilSaid(chatId: number, words: RegExp, limitMs?: number): Promise<SeenMessage> {
      let found: SeenMessage | undefined;
      const matches = ({ text, caption }: SeenMessage) => words.test(text ?? caption ?? '');
      await waitUntil(
        `the bot never said ${words}`,
        async () => {
          found = (await this.fromBot(chatId)).find(matches);
          return found !== undefined;
        },
        limitMs,
      );
      return found!;
    },
    /** Makes a group of which the bot is a member, or changes one. */
    setUp: (chatId: number, setup: Setup = {}) => ask(`/api/chats/${chatId}`, { ...json(setup), method: 'PATCH' }),
    set: (settings: { privacy_mode?: boolean; has_topics_enabled?: boolean }) =>
      ask('/api/settings', { ...json(settings), method: 'PATCH' }),
    /** The id of the new topic. */
    addTopic: async (chatId: number) =>
      (await ask<{ message_thread_id: number }>(`/api/chats/${chatId}/topics`, json({ name: 'Photos' })))
        .message_thread_id,
    /** By its user. */
    delete: (chatId: number, messageId: number) =>
      ask(`/api/chats/${chatId}/messages/${messageId}`, { method: 'DELETE' }),
    break: (fault: Fault) => ask('/api/faults', json(fault)),
    mend: () => ask('/api/faults', { method: 'DELETE' }),
    stats: () => ask<{ calls: Record<string, number>; pending_updates: number }>('/api/stats'),
    description: async (language: string) =>
      (await ask<{ description: string }>(`/api/bot?language=${language}`)).description,
    log: (chatId: number) => ask<Record<string, unknown>[]>(`/api/chats/${chatId}/log`),
  };
}

export type ChatPage = ReturnType<typeof chatPage>;
