import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { rawBotTest, serve } from './sandbox-test.ts';
import { User } from './user.ts';

/** A webhook that answers each update when a test says so. */
class Webhook {
  url = '';
  /** Updates that are not answered yet. */
  #open: { text: string; response: ServerResponse }[] = [];

  async start(): Promise<void> {
    this.url = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const { message, callback_query: query } = JSON.parse(body);
      this.#open.push({ text: message?.text ?? query.data, response });
    });
  }

  /** Texts, and data of buttons, in the updates that are not answered yet. */
  texts(): string[] {
    return this.#open.map(({ text }) => text).sort();
  }

  answer(text: string, status = 200, body = ''): void {
    const index = this.#open.findIndex((one) => one.text === text);
    const [call] = this.#open.splice(index, 1);
    call!.response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }
}

const it = rawBotTest
  .extend('webhook', async () => {
    const webhook = new Webhook();
    await webhook.start();
    return webhook;
  })
  .extend('users', ({ sandbox }) => (count: number) => {
    return Array.from({ length: count }, () => new User(sandbox.url));
  });

describe('a webhook', () => {
  it('gets updates of several chats at once, one a connection', async ({ bot, users, webhook }) => {
    await bot.call('setWebhook', { url: webhook.url, max_connections: 3 });
    for (const [i, one] of users(5).entries()) await one.send({ text: `${i}` });
    await expect.poll(() => webhook.texts()).toEqual(['0', '1', '2']);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ max_connections: 3, pending_update_count: 5 });
    webhook.answer('1');
    await expect.poll(() => webhook.texts()).toEqual(['0', '2', '3']);
  });

  it('has 40 connections by default', async ({ bot, users, webhook }) => {
    await bot.call('setWebhook', { url: webhook.url });
    for (const one of users(42)) await one.send({ text: 'x' });
    await expect.poll(() => webhook.texts().length).toBe(40);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ max_connections: 40 });
  });

  it('gets the messages of a chat one after the other, and at the same time a pressed button', async ({
    bot,
    user,
    webhook,
  }) => {
    const chat = await user.openChat();
    const reply_markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] };
    const { message_id } = await bot.call('sendMessage', { ...chat, text: 'Sure?', reply_markup });
    await bot.call('setWebhook', { url: webhook.url, drop_pending_updates: true });
    for (const text of ['1', '2', '3']) await user.send({ text });
    await user.post('callback', { message_id, data: 'yes' });
    await expect.poll(() => webhook.texts()).toEqual(['1', 'yes']);
    webhook.answer('1');
    await expect.poll(() => webhook.texts()).toEqual(['2', 'yes']);
  });

  it('gets a refused update again until it accepts it, and other chats meanwhile', async ({ bot, users, webhook }) => {
    const [first, second] = users(2);
    await bot.call('setWebhook', { url: webhook.url });
    await first!.send({ text: 'a' });
    await expect.poll(() => webhook.texts()).toEqual(['a']);
    webhook.answer('a', 500);
    await second!.send({ text: 'b' });
    await expect.poll(() => webhook.texts()).toEqual(['a', 'b']);
    webhook.answer('a', 500);
    webhook.answer('b');
    await expect.poll(() => webhook.texts()).toEqual(['a']);
    webhook.answer('a');
    await expect.poll(() => bot.call('getWebhookInfo')).toMatchObject({ pending_update_count: 0 });
  });

  it('may answer with a call, but not with one whose result matters', async ({ bot, user, webhook }) => {
    await bot.call('setWebhook', { url: webhook.url });
    await user.send({ text: 'a' });
    await expect.poll(() => webhook.texts()).toEqual(['a']);
    webhook.answer('a', 200, JSON.stringify({ method: 'deleteWebhook' }));
    await user.send({ text: 'b' });
    await expect.poll(() => webhook.texts()).toEqual(['b']);
    webhook.answer('b', 200, JSON.stringify({ method: 'sendMessage', chat_id: user.chatId, text: 'hello' }));
    await expect.poll(() => user.botTexts()).toEqual(['hello']);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ url: webhook.url });
  });

  it('gets the unanswered updates of the webhook that it replaces', async ({ bot, user, webhook }) => {
    await bot.call('setWebhook', { url: webhook.url });
    await user.send({ text: 'a' });
    await expect.poll(() => webhook.texts()).toEqual(['a']);
    await bot.call('setWebhook', { url: `${webhook.url}/new` });
    await expect.poll(() => webhook.texts()).toEqual(['a', 'a']);
  });

  it('is refused with a bad secret', async ({ bot, webhook }) => {
    for (const [secret_token, words] of [
      ['x'.repeat(257), 'secret token is too long'],
      ['a b', 'secret token contains unallowed characters'],
    ]) {
      await expect(bot.call('setWebhook', { url: webhook.url, secret_token })).rejects.toThrow(words);
    }
  });
});
