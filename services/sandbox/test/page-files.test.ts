import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chromium, startChromium } from './chromium.ts';
import { createEchoBot } from './echo-bot.ts';
import { eventually } from './eventually.ts';
import { openPage, type PageWorld, TOKEN } from './page-world.ts';
import { bitmap, picture } from './pictures.ts';
import type { User } from './user.ts';

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

describe('files sent by the page', () => {
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
    world = await openPage(chromium);
    ({ page, user } = world);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const fromTheEnd = () =>
    page.locator('#scroller').evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight);

  const bubbles = (from: 'user' | 'bot') => page.locator(`.message.${from}`);

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
    expect(world.problems).toEqual([]);
  });

  it('sends at once what is dropped or pasted, as a file what is dropped where files go', async () => {
    await page.evaluate(GIVE_PHOTOS);
    await eventually(() => user.messages()).toMatchObject([
      { from: 'user', photo_width: 350 },
      { from: 'user', photo_width: 350 },
      { document_name: 'file.jpg' },
    ]);
    expect(world.problems).toEqual([]);
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
    await world.write('before');
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
    const bot = createEchoBot(world.sandbox.apiRoot, TOKEN, 1);
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
});
