import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { eventually } from './eventually.ts';
import { RawBot } from './raw-bot.ts';
import { User } from './user.ts';

/** An update that a webhook was brought and has not answered. */
interface Call {
  text: string;
  response: ServerResponse;
}

describe('a webhook', () => {
  let sandbox: Sandbox;
  let bot: RawBot;
  /** Calls not answered yet, oldest first. */
  let open: Call[];
  let url: string;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { message, callback_query: query } = JSON.parse(body);
    open.push({ text: message?.text ?? query.data, response });
  });

  beforeEach(async () => {
    open = [];
    sandbox = await startSandbox({ port: 0, token: '4242:test_token-1' });
    bot = new RawBot(sandbox.apiRoot);
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    await sandbox.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const texts = () => open.map(({ text }) => text).sort();
  const answer = (text: string, status = 200, body = '') => {
    const [call] = open.splice(
      open.findIndex((one) => one.text === text),
      1,
    );
    call!.response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const users = (count: number) => Array.from({ length: count }, () => new User(sandbox.url));

  it('gets updates of several chats at once, as many as it has connections', async () => {
    await bot.call('setWebhook', { url, max_connections: 3 });
    for (const [i, user] of users(5).entries()) await user.send({ text: `${i}` });
    await eventually(texts).toEqual(['0', '1', '2']);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ max_connections: 3, pending_update_count: 5 });
    answer('1');
    await eventually(texts).toEqual(['0', '2', '3']);
  });

  it('has 40 connections unless it says otherwise', async () => {
    await bot.call('setWebhook', { url });
    for (const user of users(42)) await user.send({ text: 'x' });
    await eventually(() => open.length).toBe(40);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ max_connections: 40 });
  });

  it('gets those of one chat one after the other, and a pressed button beside them', async () => {
    const [user] = users(1);
    const chat = await user!.openChat();
    const reply_markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] };
    const { message_id } = await bot.call('sendMessage', { ...chat, text: 'Sure?', reply_markup });
    await bot.call('setWebhook', { url, drop_pending_updates: true });
    for (const text of ['1', '2', '3']) await user!.send({ text });
    await user!.post('callback', { message_id, data: 'yes' });
    await eventually(texts).toEqual(['1', 'yes']);
    answer('1');
    await eventually(texts).toEqual(['2', 'yes']);
  });

  it('that refuses a chat gets the others all the same, and that chat again until it takes it', async () => {
    const [first, second] = users(2);
    await bot.call('setWebhook', { url });
    await first!.send({ text: 'a' });
    await eventually(texts).toEqual(['a']);
    answer('a', 500);
    await second!.send({ text: 'b' });
    await eventually(texts).toEqual(['a', 'b']);
    answer('a', 500);
    answer('b');
    await eventually(texts).toEqual(['a']);
    answer('a');
    await eventually(() => bot.call('getWebhookInfo')).toMatchObject({ pending_update_count: 0 });
  });

  it('may answer with a call, but with none it would want the result of', async () => {
    const [user] = users(1);
    await bot.call('setWebhook', { url });
    await user!.send({ text: 'a' });
    await eventually(texts).toEqual(['a']);
    answer('a', 200, JSON.stringify({ method: 'deleteWebhook' }));
    await user!.send({ text: 'b' });
    await eventually(texts).toEqual(['b']);
    answer('b', 200, JSON.stringify({ method: 'sendMessage', chat_id: user!.chatId, text: 'hello' }));
    await eventually(() => user!.botTexts()).toEqual(['hello']);
    expect(await bot.call('getWebhookInfo')).toMatchObject({ url });
  });

  it('that is set anew gets what the old one had in hand', async () => {
    const [user] = users(1);
    await bot.call('setWebhook', { url });
    await user!.send({ text: 'a' });
    await eventually(texts).toEqual(['a']);
    await bot.call('setWebhook', { url: `${url}new` });
    await eventually(texts).toEqual(['a', 'a']);
  });

  it('is refused with a secret that is none', async () => {
    for (const [secret_token, words] of [
      ['x'.repeat(257), 'secret token is too long'],
      ['a b', 'secret token contains unallowed characters'],
    ]) {
      await expect(bot.call('setWebhook', { url, secret_token })).rejects.toThrow(words);
    }
  });
});
