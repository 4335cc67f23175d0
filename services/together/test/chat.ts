import type { SeenMessage } from '@attrai/bot/test/chat-page';

const LONGEST_WAIT_MS = 50_000;

/** As a messenger tells it: from the name. */
const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
};

/** A user of the sandbox: sends into a chat and waits for the bot's answers. */
export function openChat(url: string, chatId: number) {
  const endpoint = `${url}/api/chats/${chatId}/messages`;

  async function messages(): Promise<SeenMessage[]> {
    const response = await fetch(endpoint);
    if (!response.ok) throw new Error(`GET ${endpoint}: ${response.status}`);
    return (await response.json()) as SeenMessage[];
  }

  async function send(field: 'photo' | 'document', bytes: Buffer, filename: string): Promise<number> {
    const form = new FormData();
    const type = TYPES[filename.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    form.append(field, new Blob([new Uint8Array(bytes)], { type }), filename);
    const response = await fetch(endpoint, { method: 'POST', body: form });
    if (response.status !== 201) throw new Error(`POST ${endpoint}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { message_id: number }).message_id;
  }

  return {
    messages,
    sendPhoto: (bytes: Buffer) => send('photo', bytes, 'photo.jpg'),
    sendDocument: (bytes: Buffer, filename: string) => send('document', bytes, filename),

    async say(text: string): Promise<void> {
      const form = new FormData();
      form.append('text', text);
      await fetch(endpoint, { method: 'POST', body: form });
    },

    /** The bot's final answer to message `id`: a picture, or a text that is no placeholder. */
    async answerTo(id: number): Promise<SeenMessage> {
      const until = Date.now() + LONGEST_WAIT_MS;
      while (Date.now() < until) {
        const answer = (await messages()).find((message) => message.from === 'bot' && message.reply_to === id);
        if (answer && (answer.photo_url || !isPlaceholder(answer))) return answer;
        await new Promise((next) => setTimeout(next, 50));
      }
      throw new Error(`No answer to message ${id}: ${JSON.stringify(await messages())}`);
    },
  };
}

function isPlaceholder({ text = '' }: SeenMessage): boolean {
  return /Your photo is next|in the queue/.test(text);
}
