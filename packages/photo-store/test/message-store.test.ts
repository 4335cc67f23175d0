import { expect, test } from 'vitest';
import { createMessageStore } from '../src/message-store.ts';
import { describePhotoStore } from './conformance.ts';

describePhotoStore('message', async () => createMessageStore());

test('a message store hands the photo to the message', async () => {
  const bytes = Buffer.from('photo');
  expect((await createMessageStore().put('key', bytes)).attachment).toBe(bytes);
});
