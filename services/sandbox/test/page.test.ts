import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@attrai/test-servers/free-port';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { createEchoBot } from './echo-bot.ts';
import { eventually } from './eventually.ts';
import { bitmap, picture } from './pictures.ts';
import { User } from './user.ts';

const TOKEN = '4242:test_token-1';

/** Runs in the page: drops one photo, pastes another, and drops a third where files go. */
const GIVE_PHOTOS = `(async () => {
  const photo = await (await fetch('/samples/connery')).blob();
  const carrying = (name) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([photo], name, { type: 'image/jpeg' }));
    return transfer;
  };
  const options = { bubbles: true, cancelable: true };
  document.dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: carrying('drop.jpg') }));
  document.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: carrying('paste.jpg') }));
  document.querySelector('#drop-as-files').dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: carrying('file.jpg') }));
})()`;

describe('the chat page in Chromium', () => {
  let sandbox: Sandbox;
  let chromium: Chromium;
  let page: Page;
  let user: User;
  let folder: string;
  let problems: string[];

  beforeAll(async () => {
    chromium = await startChromium({ viewport: { width: 360, height: 740 }, locale: 'en-US' });
    folder = await mkdtemp(join(tmpdir(), 'attrai-page-'));
    await writeFile(join(folder, 'a.jpg'), await picture(640, 480));
    await writeFile(join(folder, 'b.jpg'), await picture(300, 900));
    await writeFile(join(folder, 'broken.jpg'), 'no picture');
    await writeFile(join(folder, 'empty.jpg'), '');
    await writeFile(join(folder, 'bitmap.jpg'), bitmap(600));
    for (let i = 0; i < 10; i++) await writeFile(join(folder, `album${i}.jpg`), await picture(640, 480 + 40 * i));
  });
  afterAll(async () => {
    await chromium?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    sandbox = await startSandbox({ port: await freePort(), token: TOKEN });
    page = await chromium.context.newPage();
    problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(sandbox.url);
    user = new User(sandbox.url, Number(await page.evaluate(() => localStorage.getItem('attrai.chat'))));
  });
  afterEach(async () => {
    await page.close();
    await sandbox.close();
  });

  async function call(method: string, params: object) {
    const response = await fetch(`${sandbox.apiRoot}/bot${TOKEN}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat_id: user.chatId, ...params }),
    });
    return ((await response.json()) as { result: { message_id: number } }).result;
  }

  async function write(text: string) {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.keyboard.press('Enter');
  }

  const fromTheEnd = () =>
    page.locator('#scroller').evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight);

  const bubbles = (from: 'user' | 'bot') => page.locator(`.message.${from}`);

  it('starts the bot with a button, then sends what is typed', async () => {
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await write('line 1');
    await eventually(() => user.messages()).toMatchObject([{ text: '/start' }, { text: 'line 1' }]);
    await eventually(() => bubbles('user').count()).toBe(2);
    await eventually(() => page.locator('.pending').count()).toBe(0);
    expect(await page.locator('#welcome').isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });

  it('sends several photos as one album, with the caption, and shows them', async () => {
    await page.getByRole('textbox', { name: 'Message' }).fill('two of them');
    await page.setInputFiles('#file', [join(folder, 'a.jpg'), join(folder, 'b.jpg')]);
    await eventually(() => user.messages()).toMatchObject([
      { caption: 'two of them', photo_width: 640 },
      { photo_width: 300 },
    ]);
    const [first, second] = await user.messages();
    expect(first!.media_group_id).toMatch(/./);
    expect(second!.media_group_id).toBe(first!.media_group_id);
    await eventually(() => page.locator('.message.user:not(.pending) .photo img').count()).toBe(2);
    expect(problems).toEqual([]);
  });

  it('turns a placeholder into the picture as the bot edits it, and shows it large', async () => {
    const bot = createEchoBot(sandbox.apiRoot, TOKEN, 1);
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
    expect(problems).toEqual([]);
  });

  it('offers samples in an empty chat, however late they come', async () => {
    await page.route('**/api/samples', async (route) => {
      await page.locator('#welcome').waitFor();
      await route.continue();
    });
    await page.reload();
    await eventually(() => page.getByRole('button', { name: 'A group' }).isVisible()).toBe(true);
  });

  it('sends at once what is dropped or pasted, as a file what is dropped where files go', async () => {
    await page.evaluate(GIVE_PHOTOS);
    await eventually(() => user.messages()).toMatchObject([
      { from: 'user', photo_width: 350 },
      { from: 'user', photo_width: 350 },
      { document_name: 'file.jpg' },
    ]);
    expect(problems).toEqual([]);
  });

  it('sends as a file what is no photo', async () => {
    await page.setInputFiles('#file', [join(folder, 'broken.jpg')]);
    await eventually(() => user.messages()).toMatchObject([{ document_name: 'broken.jpg' }]);
  });

  it('says that a file is empty and sends the others', async () => {
    await page.setInputFiles('#file', [join(folder, 'empty.jpg'), join(folder, 'broken.jpg')]);
    await eventually(() => page.locator('#toast').textContent()).toContain('empty');
    await eventually(() => user.messages()).toMatchObject([{ document_name: 'broken.jpg' }]);
    expect(await bubbles('user').count()).toBe(1);
  });

  it('lets a photo that is refused go as a file, or be deleted, with the end of the chat in view', async () => {
    await write('before');
    await page.setInputFiles('#file', [join(folder, 'bitmap.jpg'), join(folder, 'bitmap.jpg')]);
    const choices = (name: string) => page.getByRole('button', { name, exact: true });
    await eventually(() => choices('Delete').count()).toBe(2);
    await choices('Send as a file').last().click();
    await eventually(async () => (await user.messages()).at(-1)).toMatchObject({ document_name: 'bitmap.jpg' });
    await eventually(fromTheEnd).toBeLessThan(2);
    await choices('Delete').click();
    await eventually(() => bubbles('user').count()).toBe(2);
    await eventually(fromTheEnd).toBeLessThan(2);
    expect(await user.messages()).toHaveLength(2);
  });

  it('shows the end of a long album after sending it', async () => {
    const bot = createEchoBot(sandbox.apiRoot, TOKEN, 1);
    const ended = bot.launch();
    const files = Array.from({ length: 10 }, (_, i) => join(folder, `album${i}.jpg`));
    await page.setInputFiles('#file', files);
    await eventually(() => page.locator('.message.user:not(.pending)').count()).toBe(10);
    await eventually(() => bubbles('bot').locator('.photo').count()).toBe(10);
    await eventually(() => fromTheEnd()).toBeLessThan(2);
    bot.stop();
    await ended;
    // What the browser does when what is shown shrinks for a moment.
    await page.locator('#scroller').evaluate((node) => node.scrollBy(0, -400));
    await eventually(() => fromTheEnd()).toBeLessThan(2);
    await page.locator('#scroller').hover();
    // A reader turns the wheel more than once; on a busy machine the first turn can scroll before its event arrives.
    await eventually(async () => {
      await page.mouse.wheel(0, -400);
      return page.locator('#to-bottom').isVisible();
    }).toBe(true);
  });

  it('never scrolls sideways on a narrow screen, whatever is in the chat', async () => {
    await write(`${'wide'.repeat(60)} https://example.org/${'x'.repeat(200)}`);
    await page.getByRole('textbox', { name: 'Message' }).fill('captioned');
    await page.setInputFiles('#file', [join(folder, 'a.jpg'), join(folder, 'b.jpg')]);
    await eventually(() => page.locator('.message.user:not(.pending)').count()).toBe(3);
    const [, photo] = await user.messages();
    await call('sendMessage', {
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
    await call('setMyCommands', {
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

    await call('sendMessage', {
      text: 'Sure?',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    });
    await page.getByRole('button', { name: 'Yes' }).click();
    await eventually(() => call('getUpdates', { offset: -1 })).toMatchObject([{ callback_query: { data: 'y' } }]);
    const [{ callback_query: query }] = (await call('getUpdates', { offset: -1 })) as never as [
      { callback_query: { id: string } },
    ];
    await call('answerCallbackQuery', { callback_query_id: query.id, text: 'As you wish' });
    await eventually(() => page.locator('#toast').textContent()).toBe('As you wish');
  });

  it('speaks the chosen language and tells the bot', async () => {
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('button', { name: 'Начать', exact: true }).click();
    await eventually(() => call('getUpdates', {})).toMatchObject([
      { message: { text: '/start', from: { language_code: 'ru' } } },
    ]);
    await page.reload();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.evaluate(() => localStorage.clear());
  });

  it('is one chat in two tabs, and another one after a new chat is begun', async () => {
    const tab = await chromium.context.newPage();
    await tab.goto(sandbox.url);
    await write('seen in both');
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
    const port = Number(new URL(sandbox.url).port);
    await write('before');
    await eventually(() => page.locator('.message.user:not(.pending)').count()).toBe(1);
    await sandbox.close();
    await eventually(() => page.locator('#status').textContent()).toMatch(/^No connection/);
    await write('meanwhile');
    await eventually(() => page.getByRole('img', { name: 'Will be sent' }).count()).toBe(1);
    sandbox = await startSandbox({ port, token: TOKEN });
    await eventually(() => user.messages()).toMatchObject([{ text: 'meanwhile' }]);
    await eventually(() => page.locator('#status').textContent()).toBe('bot');
    await eventually(() => bubbles('user').count()).toBe(1);
  });

  it('stays at the newest message, but leaves the reader alone who scrolled up', async () => {
    await user.send({ text: 'hi' });
    for (let i = 1; i <= 40; i++) await call('sendMessage', { text: `Message ${i}` });
    await eventually(() => page.getByText('Message 40').isVisible()).toBe(true);
    const last = page.locator('.message').last();
    await eventually(() => last.boundingBox()).toMatchObject({ y: expect.toSatisfy((y: number) => y < 740) });
    await page.locator('#scroller').evaluate((node) => node.scrollTo(0, 0));
    await eventually(() => page.getByRole('button', { name: 'To the newest message' }).isVisible()).toBe(true);
    await call('sendMessage', { text: 'News' });
    await eventually(() => page.locator('#unread').textContent()).toBe('1');
    expect(await page.locator('#scroller').evaluate((node) => node.scrollTop)).toBe(0);
    await page.getByRole('button', { name: 'To the newest message' }).click();
    await eventually(() => page.locator('#to-bottom').isVisible()).toBe(false);
  });
});
