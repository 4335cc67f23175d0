import { describe, expect } from 'vitest';
import { jpegFile, type PageWorld, pageTest } from './page-world.ts';
import { bitmap, picture } from './pictures.ts';

/** Runs in the page: drops a photo, pastes one, and drops one on the area for files. */
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

const BROKEN = jpegFile('broken.jpg', 'no picture');

/** `fromTheEnd` measures how far the chat is scrolled from its end, CSS pixels. */
const it = pageTest.extend('fromTheEnd', ({ world }: { world: PageWorld }) => () => {
  const scroller = world.page.locator('#scroller');
  return scroller.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight);
});

describe('the chat page', () => {
  it('sends several photos as one album with a caption', async ({ world, page, user }) => {
    await page.getByRole('textbox', { name: 'Message' }).fill('two of them');
    const photos = [jpegFile('a.jpg', await picture(640, 480)), jpegFile('b.jpg', await picture(300, 900))];
    await page.setInputFiles('#file', photos);
    await expect
      .poll(() => user.messages())
      .toMatchObject([{ caption: 'two of them', photo_width: 640 }, { photo_width: 300 }]);
    const [first, second] = await user.messages();
    expect(first!.media_group_id).toMatch(/./);
    expect(second!.media_group_id).toBe(first!.media_group_id);
    await expect.poll(() => world.sent.locator('.photo img').count()).toBe(2);
    expect(world.problems).toEqual([]);
  });

  it('sends dropped and pasted photos at once, as a file from the area for files', async ({ world, page, user }) => {
    await page.evaluate(GIVE_PHOTOS);
    await expect
      .poll(() => user.messages())
      .toMatchObject([
        { from: 'user', photo_width: 350 },
        { from: 'user', photo_width: 350 },
        { document_name: 'file.jpg' },
      ]);
    expect(world.problems).toEqual([]);
  });

  it('sends a broken photo as a file', async ({ page, user }) => {
    await page.setInputFiles('#file', [BROKEN]);
    await expect.poll(() => user.messages()).toMatchObject([{ document_name: 'broken.jpg' }]);
  });

  it('says that a file is empty, and sends the others', async ({ world, page, user }) => {
    await page.setInputFiles('#file', [jpegFile('empty.jpg', ''), BROKEN]);
    await expect.poll(() => world.textOf('#toast')).toContain('empty');
    await expect.poll(() => user.messages()).toMatchObject([{ document_name: 'broken.jpg' }]);
    expect(await world.bubbles('user').count()).toBe(1);
  });

  it('offers to send a refused photo as a file or to delete it, and stays at the end of the chat', async ({
    world,
    page,
    user,
    fromTheEnd,
  }) => {
    await world.write('before');
    const refused = jpegFile('bitmap.jpg', bitmap(600));
    await page.setInputFiles('#file', [refused, refused]);
    await expect.poll(() => world.button('Delete').count()).toBe(2);
    await world.button('Send as a file').last().click();
    await expect.poll(async () => (await user.messages()).at(-1)).toMatchObject({ document_name: 'bitmap.jpg' });
    await expect.poll(fromTheEnd).toBeLessThan(2);
    await world.button('Delete').click();
    await expect.poll(() => world.bubbles('user').count()).toBe(2);
    await expect.poll(fromTheEnd).toBeLessThan(2);
    expect(await user.messages()).toHaveLength(2);
  });

  it('stays at the end of the chat after it has sent a long album', async ({ world, page, fromTheEnd }) => {
    const stopBot = world.startEchoBot();
    const heights = Array.from({ length: 10 }, (_, i) => 480 + 40 * i);
    const photos = heights.map(async (height) => jpegFile(`${height}.jpg`, await picture(640, height)));
    await page.setInputFiles('#file', await Promise.all(photos));
    await expect.poll(() => world.sent.count()).toBe(10);
    await expect.poll(() => world.bubbles('bot').locator('.photo').count()).toBe(10);
    await expect.poll(fromTheEnd).toBeLessThan(2);
    await stopBot();
    // As the browser does when the content shrinks for a moment.
    await page.locator('#scroller').evaluate((node) => node.scrollBy(0, -400));
    await expect.poll(fromTheEnd).toBeLessThan(2);
    await page.locator('#scroller').hover();
    // Several turns of the wheel: on a busy machine the first may scroll before the page gets its event.
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, -400);
        return page.locator('#to-bottom').isVisible();
      })
      .toBe(true);
  });
});
