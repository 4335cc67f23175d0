import { describe, expect, it } from 'vitest';
import { UpdateQueue } from '../src/bot-api/update-queue.ts';
import { Chats } from '../src/chat/chats.ts';
import { FileVault } from '../src/chat/file-vault.ts';
import { firstId } from '../src/chat/first-id.ts';
import { MediaStore } from '../src/chat/media-store.ts';
import type { Content, User } from '../src/chat/message.ts';
import { picture } from './pictures.ts';

const user: User = { id: 1, languageCode: undefined };
const text = (words: string): Content => ({ kind: 'text', text: { text: words, entities: [] } });

describe('what the sandbox keeps in memory', () => {
  it('drops the oldest messages, and a chat with its last one', () => {
    const chats = new Chats(2);
    chats.post(1, { from: user, content: text('a') }, 'user');
    chats.post(2, { from: user, content: text('b') }, 'user');
    chats.post(2, { from: user, content: text('c') }, 'user');
    expect(chats.get(1)).toBeUndefined();
    expect(chats.visible(2)).toHaveLength(2);
  });

  it('keeps a bounded record of a message that is edited for ever', () => {
    const chats = new Chats();
    const message = chats.post(1, { from: 'bot', content: text('0') }, 'sendMessage');
    for (let i = 1; i <= 1000; i++) chats.edit(message, text(String(i)), undefined, 'editMessageText');
    expect(message.changes.length).toBeLessThanOrEqual(200);
    expect(message.changes.at(-1)).toMatchObject({ text: '1000' });
  });

  it('drops the oldest files when their bytes are too many', () => {
    const vault = new FileVault(100);
    const add = (bytes: Buffer) => vault.add({ kind: 'document', extension: 'bin', bytes, mimeType: 'x/y' });
    const files = [add(Buffer.alloc(60)), add(Buffer.alloc(30)), add(Buffer.alloc(50))];
    expect(files.map((file) => vault.get(file.id) !== undefined)).toEqual([false, true, true]);
    expect(vault.atPath(files[0]!.path)).toBeUndefined();
    expect(vault.bytes).toBe(80);
  });

  it('keeps the bytes of a photo sent again and again only once', async () => {
    const media = new MediaStore(new FileVault());
    const photo = await picture(400, 300);
    await media.addPhoto(photo);
    const { bytes } = media.vault;
    const again = await media.addPhoto(Buffer.from(photo));
    expect(media.vault.bytes).toBe(bytes);
    expect(media.vault.count).toBe(again.length * 2);
  });

  it('drops the oldest updates nobody fetches', () => {
    const updates = new UpdateQueue(3);
    for (let i = 0; i < 5; i++) updates.push('message', i, 'chat 1');
    expect(updates.length).toBe(3);
    expect(updates.pending[0]).toMatchObject({ update: { message: 2 } });
  });

  it('numbers on from where an earlier run left off', () => {
    const start = Date.UTC(2030, 0, 1);
    expect(firstId(start + 1_000)).toBeGreaterThan(firstId(start));
    expect(firstId(start)).toBeLessThan(2 ** 31);
  });
});
