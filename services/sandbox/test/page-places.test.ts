import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../src/sandbox.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { eventually } from './eventually.ts';
import { openPage, type PageWorld } from './page-world.ts';
import { picture } from './pictures.ts';
import { RawBot } from './raw-bot.ts';
import { User } from './user.ts';

describe('the places of the page', () => {
  let chromium: Chromium;
  let world: PageWorld;
  let bot: RawBot;
  let folder: string;

  beforeAll(async () => {
    chromium = await startChromium({ viewport: { width: 390, height: 740 }, locale: 'en-US' });
    folder = await mkdtemp(join(tmpdir(), 'attrai-places-'));
    await writeFile(join(folder, 'a.jpg'), await picture(640, 480));
    await writeFile(join(folder, 'b.heic'), 'nothing a browser shows');
  });
  afterAll(async () => {
    await chromium?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await openPage(chromium);
    bot = new RawBot(world.sandbox.apiRoot);
    await bot.call('setMyCommands', { commands: [{ command: 'score', description: 'Score a photo' }] });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** Goes there by the link; resolves to the chat there. */
  async function enter(place: 'Group' | 'Topic'): Promise<User> {
    const { page } = world;
    await page.getByRole('link', { name: place }).click();
    await page.locator(`#place-${place.toLowerCase()}[aria-current]`).waitFor();
    await page.locator('#welcome').waitFor();
    const base = place === 'Group' ? -1_000_000_000_000 : -1_010_000_000_000;
    return new User(world.sandbox.url, base - world.user.chatId);
  }

  const sent = () => world.page.locator('.message.user:not(.pending)');
  const hasFocus = () => world.page.evaluate('document.activeElement.id');
  const pick = async (name: string, file: string) => {
    const [chooser] = await Promise.all([
      world.page.waitForEvent('filechooser'),
      (async () => {
        await world.page.locator('#attach').click();
        await world.page.getByRole('button', { name }).click();
      })(),
    ]);
    await chooser.setFiles(join(folder, file));
  };

  it('are all in a stand-in for Telegram, which the page says', async () => {
    await eventually(() => world.page.locator('#status').textContent()).toBe('local stand-in for Telegram');
    await eventually(() => world.page.locator('#welcome').textContent()).toContain('This is not Telegram');
  });

  it('show what a bot in a group sees: a photo only with a command that answers it', async () => {
    const group = await enter('Group');
    expect(await group.messages()).toMatchObject([{ from: 'nobody', service: 'new_chat_members' }]);
    await world.page.getByRole('button', { name: 'Mona Lisa' }).click();
    await world.page.getByRole('img', { name: 'Kept from the bot' }).waitFor();
    expect(await bot.heard()).toEqual(['my_chat_member', 'message']);

    await sent().hover();
    await world.page.getByRole('button', { name: 'Reply' }).click();
    await world.page.getByRole('button', { name: 'Commands' }).click();
    await world.page.getByRole('option', { name: '/score' }).click();
    await eventually(() => sent().count()).toBe(2);
    const [photo, command] = (await group.messages()).slice(1);
    expect(command).toMatchObject({ text: '/score@attrai_sandbox_bot', reply_to: photo!.message_id });
    expect(await bot.updates()).toMatchObject([
      {
        message: {
          from: { id: world.user.chatId },
          chat: { type: 'supergroup' },
          text: '/score@attrai_sandbox_bot',
          reply_to_message: { photo: expect.any(Array) },
        },
      },
    ]);
    await bot.call('setMessageReaction', {
      chat_id: group.chatId,
      message_id: command!.message_id,
      reaction: [{ type: 'emoji', emoji: '👀' }],
    });
    await sent().getByText('👀').waitFor();
    expect(world.problems).toEqual([]);
  });

  it('let the bot see all in groups when its privacy mode is switched off', async () => {
    await enter('Group');
    await world.page.getByRole('checkbox', { name: 'Privacy mode' }).uncheck();
    await eventually(() => bot.call('getMe')).toMatchObject({ can_read_all_group_messages: true });
    await bot.updates();
    await world.write('hi');
    await eventually(() => bot.heard()).toEqual(['hi']);
    await world.page.reload();
    await eventually(() => world.page.getByRole('checkbox', { name: 'Privacy mode' }).isChecked()).toBe(false);
  });

  it('have a topic, which shows what is written in it and nothing else', async () => {
    const forum = await enter('Topic');
    const [topic] = (await forum.messages()).filter(({ service }) => service === 'forum_topic_created');
    const message_thread_id = topic!.message_id;
    await world.write('/score@attrai_sandbox_bot');
    await eventually(() => sent().count()).toBe(1);
    expect((await bot.updates()).at(-1)).toMatchObject({ message: { message_thread_id, is_topic_message: true } });
    const chat_id = forum.chatId;
    await bot.call('sendMessage', { chat_id, text: 'in General' });
    await bot.call('sendMessage', { chat_id, text: 'in the topic', message_thread_id });
    await world.page.locator('.bot .words', { hasText: 'in the topic' }).waitFor();
    expect(await world.page.locator('.message.bot').count()).toBe(1);
    await world.page.reload();
    await world.page.locator('.bot .words', { hasText: 'in the topic' }).waitFor();
    expect(await world.page.locator('.message.bot').count()).toBe(1);
    expect(await forum.setUp({})).toMatchObject({ topics: { [message_thread_id]: 'Photos' } });
  });

  it('are made anew in a sandbox that was started anew', async () => {
    const group = await enter('Group');
    const port = Number(new URL(world.sandbox.url).port);
    await world.sandbox.close();
    await eventually(() => world.page.locator('#status').textContent()).toMatch(/^No connection/);
    world.sandbox = await startSandbox({ port, token: bot.token });
    await eventually(() => world.page.locator('#status').textContent()).toBe('local stand-in for Telegram');
    await world.write('hi');
    await eventually(() => group.messages()).toMatchObject([
      { service: 'new_chat_members' },
      { text: 'hi', hidden: true },
    ]);
  });

  it('let go of a message that was to be answered', async () => {
    await world.user.send({ text: 'question' });
    await sent().hover();
    const reply = world.page.getByRole('button', { name: 'Reply' });
    for (const letGo of [
      () => world.page.keyboard.press('Escape'),
      () => world.page.locator('#reply-cancel').click(),
    ]) {
      await reply.click();
      await eventually(() => world.page.locator('#reply').textContent()).toContain('question');
      await letGo();
      await eventually(() => world.page.locator('#reply').isVisible()).toBe(false);
    }
    await world.write('no answer');
    await eventually(() => world.user.messages()).toHaveLength(2);
    expect((await world.user.messages())[1]).not.toHaveProperty('reply_to');
  });

  it('give the focus back to the line one writes in', async () => {
    await world.page.getByRole('button', { name: 'Start', exact: true }).click();
    expect(await hasFocus()).toBe('text');
    await world.page.getByRole('button', { name: 'Mona Lisa' }).click();
    await eventually(hasFocus).toBe('text');
  });

  it('show the welcome from its top, however large the zoom', async () => {
    for (const viewport of [
      { width: 640, height: 430 },
      { width: 195, height: 370 },
    ]) {
      await world.page.setViewportSize(viewport);
      await world.page.reload();
      await world.page.locator('#welcome').waitFor();
      await world.page.locator('#sample-list img').last().waitFor();
      const top = async (selector: string) => (await world.page.locator(selector).boundingBox())!.y;
      expect(await top('#welcome')).toBeGreaterThan(await top('#scroller'));
      expect(await world.page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
      expect((await world.page.locator('#text').boundingBox())!.width).toBeGreaterThan(100);
    }
  });

  it('send what is picked as what it is picked as, and say what can be done when it can be no photo', async () => {
    await pick('As files', 'a.jpg');
    await eventually(() => world.user.messages()).toMatchObject([{ document_name: 'a.jpg' }]);
    await pick('As photos', 'a.jpg');
    await eventually(() => world.user.messages()).toMatchObject([{}, { photo_width: 640 }]);
    await pick('As photos', 'b.heic');
    const problem = world.page.getByRole('alert');
    await eventually(() => problem.textContent()).toContain(
      "This can't be sent as a photo: not a JPEG, PNG, WebP or GIF.",
    );
    await problem.getByRole('button', { name: 'Send as a file' }).click();
    await eventually(() => world.user.messages()).toMatchObject([{}, {}, { document_name: 'b.heic' }]);
  });
});
