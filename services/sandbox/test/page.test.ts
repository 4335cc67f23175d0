import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../src/sandbox.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { createEchoBot } from './echo-bot.ts';
import { eventually } from './eventually.ts';
import { openPage, type PageWorld, TOKEN } from './page-world.ts';
import { picture } from './pictures.ts';
import type { User } from './user.ts';

describe('the chat page in Chromium', () => {
  let chromium: Chromium;
  let world: PageWorld;
  let page: Page;
  let user: User;
  let folder: string;

  beforeAll(async () => {
    chromium = await startChromium({ viewport: { width: 360, height: 740 }, locale: 'en-US' });
    folder = await mkdtemp(join(tmpdir(), 'attrai-page-'));
    await writeFile(join(folder, 'a.jpg'), await picture(640, 480));
    await writeFile(join(folder, 'b.jpg'), await picture(300, 900));
  });
  afterAll(async () => {
    await chromium?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await openPage(chromium);
    ({ page, user } = world);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const bubbles = (from: 'user' | 'bot') => page.locator(`.message.${from}`);

  it('starts the bot with a button, then sends what is typed', async () => {
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await world.write('line 1');
    await eventually(() => user.messages()).toMatchObject([{ text: '/start' }, { text: 'line 1' }]);
    await eventually(() => bubbles('user').count()).toBe(2);
    await eventually(() => page.locator('.pending').count()).toBe(0);
    expect(await page.locator('#welcome').isVisible()).toBe(false);
    expect(world.problems).toEqual([]);
  });

  it('turns a placeholder into the picture as the bot edits it, and shows it large', async () => {
    const bot = createEchoBot(world.sandbox.apiRoot, TOKEN, 1);
    const ended = bot.launch();
    await page.getByRole('button', { name: 'Mona Lisa' }).click();
    const photo = bubbles('bot').getByRole('button', { name: 'Open photo' });
    await photo.click();
    const lightbox = page.getByRole('dialog', { name: 'Photo' });
    await eventually(() => lightbox.isVisible()).toBe(true);
    expect(await lightbox.locator('figcaption').textContent()).toBe('2 faces, left to right:\n1. 7.4\n2. ≈ 5.9');
    await page.keyboard.press('ArrowLeft');
    expect(await lightbox.locator('figcaption').textContent()).toBe('');
    await page.keyboard.press('Escape');
    await eventually(() => lightbox.isVisible()).toBe(false);
    expect(await bubbles('bot').count()).toBe(1);
    bot.stop();
    await ended;
    expect(world.problems).toEqual([]);
  });

  it('offers samples in an empty chat, however late they come', async () => {
    await page.route('**/api/samples', async (route) => {
      await page.locator('#welcome').waitFor();
      await route.continue();
    });
    await page.reload();
    await eventually(() => page.getByRole('button', { name: 'A group' }).isVisible()).toBe(true);
  });

  it('never scrolls sideways on a narrow screen, whatever is in the chat', async () => {
    await world.write(`${'wide'.repeat(60)} https://example.org/${'x'.repeat(200)}`);
    await page.getByRole('textbox', { name: 'Message' }).fill('captioned');
    await page.setInputFiles('#file', [join(folder, 'a.jpg'), join(folder, 'b.jpg')]);
    await eventually(() => page.locator('.message.user:not(.pending)').count()).toBe(3);
    const [, photo] = await user.messages();
    await world.call('sendMessage', {
      text: `<pre>${'wide'.repeat(60)}</pre>`,
      parse_mode: 'HTML',
      reply_parameters: { message_id: photo!.message_id },
      reply_markup: {
        inline_keyboard: [
          ['One', 'Two', 'Three', 'A rather long button'].map((text) => ({ text, callback_data: text })),
        ],
      },
    });
    await eventually(() => bubbles('bot').count()).toBe(1);
    for (const width of [320, 360]) {
      await page.setViewportSize({ width, height: 740 });
      const overflow = await page
        .locator('html, body, #scroller, .bubble, .composer')
        .evaluateAll((nodes) =>
          nodes.filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.outerHTML),
        );
      expect(overflow).toEqual([]);
    }
  });

  it('shows commands and buttons, and sends what is chosen', async () => {
    await world.call('setMyCommands', {
      commands: [
        { command: 'help', description: 'Help' },
        { command: 'privacy', description: 'Privacy' },
      ],
    });
    await page.reload();
    // It is there once the page knows the commands.
    await eventually(() => page.locator('#menu').isVisible()).toBe(true);
    await page.getByRole('textbox', { name: 'Message' }).pressSequentially('/pr');
    await eventually(() => page.locator('#commands').getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await eventually(() => user.messages()).toMatchObject([{ text: '/privacy' }]);

    await world.call('sendMessage', {
      text: 'Sure?',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    });
    await page.getByRole('button', { name: 'Yes' }).click();
    await eventually(() => world.call('getUpdates', { offset: -1 })).toMatchObject([{ callback_query: { data: 'y' } }]);
    const [{ callback_query: query }] = (await world.call('getUpdates', { offset: -1 })) as never as [
      { callback_query: { id: string } },
    ];
    await world.call('answerCallbackQuery', { callback_query_id: query.id, text: 'As you wish' });
    await eventually(() => page.locator('#toast').textContent()).toBe('As you wish');
  });

  it('speaks the chosen language and tells the bot', async () => {
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('button', { name: 'Начать', exact: true }).click();
    await eventually(() => world.call('getUpdates', {})).toMatchObject([
      { message: { text: '/start', from: { language_code: 'ru' } } },
    ]);
    await page.reload();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.evaluate(() => localStorage.clear());
  });

  it('is one chat in two tabs, and another one after a new chat is begun', async () => {
    const tab = await chromium.context.newPage();
    await tab.goto(world.sandbox.url);
    await world.write('seen in both');
    await eventually(() => tab.locator('.message.user').textContent()).toContain('seen in both');
    const newChat = page.getByRole('button', { name: 'New chat as another user' });
    const question = page.getByRole('dialog', { name: 'Start a new chat' });
    await newChat.click();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await newChat.click();
    await page.keyboard.press('Escape');
    await eventually(() => question.isVisible()).toBe(false);
    expect(await bubbles('user').count()).toBe(1);
    await newChat.click();
    await question.getByRole('button', { name: 'OK' }).click();
    await eventually(() => page.locator('#welcome').isVisible()).toBe(true);
    await eventually(() => tab.locator('#welcome').isVisible()).toBe(true);
    await tab.close();
  });

  it('says that the server is gone, and sends what was written when it is back', async () => {
    const port = Number(new URL(world.sandbox.url).port);
    await world.write('before');
    await eventually(() => page.locator('.message.user:not(.pending)').count()).toBe(1);
    await world.sandbox.close();
    await eventually(() => page.locator('#status').textContent()).toMatch(/^No connection/);
    await world.write('meanwhile');
    await eventually(() => page.getByRole('img', { name: 'Will be sent' }).count()).toBe(1);
    world.sandbox = await startSandbox({ port, token: TOKEN });
    await eventually(() => user.messages()).toMatchObject([{ text: 'meanwhile' }]);
    await eventually(() => page.locator('#status').textContent()).toBe('local stand-in for Telegram');
    await eventually(() => bubbles('user').count()).toBe(1);
  });

  it('stays at the newest message, but leaves the reader alone who scrolled up', async () => {
    await user.send({ text: 'hi' });
    for (let i = 1; i <= 40; i++) await world.call('sendMessage', { text: `Message ${i}` });
    await eventually(() => page.getByText('Message 40').isVisible()).toBe(true);
    const last = page.locator('.message').last();
    await eventually(() => last.boundingBox()).toMatchObject({ y: expect.toSatisfy((y: number) => y < 740) });
    await page.locator('#scroller').evaluate((node) => node.scrollTo(0, 0));
    await eventually(() => page.getByRole('button', { name: 'To the newest message' }).isVisible()).toBe(true);
    await world.call('sendMessage', { text: 'News' });
    await eventually(() => page.locator('#unread').textContent()).toBe('1');
    expect(await page.locator('#scroller').evaluate((node) => node.scrollTop)).toBe(0);
    await page.getByRole('button', { name: 'To the newest message' }).click();
    await eventually(() => page.locator('#to-bottom').isVisible()).toBe(false);
  });
});
