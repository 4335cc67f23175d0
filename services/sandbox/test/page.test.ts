import { describe, expect } from 'vitest';
import { pageTest as it, jpegFile } from './page-world.ts';
import { picture } from './pictures.ts';

describe('the chat page', () => {
  it('starts the bot with a button, and sends what is typed', async ({ world, page, user }) => {
    await world.button('Start').click();
    await world.write('line 1');
    await expect.poll(() => user.messages()).toMatchObject([{ text: '/start' }, { text: 'line 1' }]);
    await expect.poll(() => world.bubbles('user').count()).toBe(2);
    await expect.poll(() => page.locator('.pending').count()).toBe(0);
    expect(await page.locator('#welcome').isVisible()).toBe(false);
    expect(world.problems).toEqual([]);
  });

  it('replaces a placeholder by the picture of an edit, and shows that large', async ({ world, page }) => {
    const stopBot = world.startEchoBot();
    await page.getByRole('button', { name: 'Mona Lisa' }).click();
    const photo = world.bubbles('bot').getByRole('button', { name: 'Open photo' });
    await photo.click();
    const lightbox = page.getByRole('dialog', { name: 'Photo' });
    await expect.poll(() => lightbox.isVisible()).toBe(true);
    expect(await lightbox.locator('figcaption').textContent()).toBe('2 faces, left to right:\n1. 7.4\n2. ≈ 5.9');
    await page.keyboard.press('ArrowLeft');
    expect(await lightbox.locator('figcaption').textContent()).toBe('');
    await page.keyboard.press('Escape');
    await expect.poll(() => lightbox.isVisible()).toBe(false);
    expect(await world.bubbles('bot').count()).toBe(1);
    await stopBot();
    expect(world.problems).toEqual([]);
  });

  it('offers sample photos in an empty chat, even if they load late', async ({ page }) => {
    await page.route('**/api/samples', async (route) => {
      await page.locator('#welcome').waitFor();
      await route.continue();
    });
    await page.reload();
    await expect.poll(() => page.getByRole('button', { name: 'A group' }).isVisible()).toBe(true);
  });

  it('fits a narrow screen, whatever is in the chat', async ({ world, page, user }) => {
    await world.write(`${'wide'.repeat(60)} https://example.org/${'x'.repeat(200)}`);
    await page.getByRole('textbox', { name: 'Message' }).fill('captioned');
    const photos = [jpegFile('a.jpg', await picture(640, 480)), jpegFile('b.jpg', await picture(300, 900))];
    await page.setInputFiles('#file', photos);
    await expect.poll(() => world.sent.count()).toBe(3);
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
    await expect.poll(() => world.bubbles('bot').count()).toBe(1);
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

  it('suggests commands and sends the chosen one', async ({ world, page, user }) => {
    await world.call('setMyCommands', {
      commands: [
        { command: 'help', description: 'Help' },
        { command: 'privacy', description: 'Privacy' },
      ],
    });
    await page.reload();
    await expect.poll(() => page.locator('#menu').isVisible()).toBe(true);
    await page.getByRole('textbox', { name: 'Message' }).pressSequentially('/pr');
    await expect.poll(() => page.locator('#commands').getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await expect.poll(() => user.messages()).toMatchObject([{ text: '/privacy' }]);
  });

  it('uses the chosen language, and tells the bot', async ({ world, page }) => {
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('button', { name: 'Начать', exact: true }).click();
    await expect
      .poll(() => world.call('getUpdates', {}))
      .toMatchObject([{ message: { text: '/start', from: { language_code: 'ru' } } }]);
    await page.reload();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.evaluate(() => localStorage.clear());
  });

  it('shows one chat in two tabs, and a new one in both after a click on New chat', async ({ world, page }) => {
    const tab = await page.context().newPage();
    await tab.goto(world.sandbox.url);
    await world.write('seen in both');
    await expect.poll(() => tab.locator('.message.user').textContent()).toContain('seen in both');
    const newChat = page.getByRole('button', { name: 'New chat as another user' });
    const question = page.getByRole('dialog', { name: 'Start a new chat' });
    await newChat.click();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await newChat.click();
    await page.keyboard.press('Escape');
    await expect.poll(() => question.isVisible()).toBe(false);
    expect(await world.bubbles('user').count()).toBe(1);
    await newChat.click();
    await question.getByRole('button', { name: 'OK' }).click();
    await expect.poll(() => page.locator('#welcome').isVisible()).toBe(true);
    await expect.poll(() => tab.locator('#welcome').isVisible()).toBe(true);
    await tab.close();
  });

  it('says that the connection is lost, and sends what was written meanwhile when it is back', async ({
    world,
    page,
    user,
  }) => {
    await world.write('before');
    await expect.poll(() => world.sent.count()).toBe(1);
    const restart = await world.stopSandbox();
    await expect.poll(() => world.textOf('#status')).toMatch(/^No connection/);
    await world.write('meanwhile');
    await expect.poll(() => page.getByRole('img', { name: 'Will be sent' }).count()).toBe(1);
    await restart();
    await expect.poll(() => user.messages()).toMatchObject([{ text: 'meanwhile' }]);
    await expect.poll(() => world.textOf('#status')).toBe('local stand-in for Telegram');
    await expect.poll(() => world.bubbles('user').count()).toBe(1);
  });

  it('scrolls to a new message, unless the reader has scrolled up', async ({ world, page, user }) => {
    await user.send({ text: 'hi' });
    for (let i = 1; i <= 40; i++) await world.call('sendMessage', { text: `Message ${i}` });
    await expect.poll(() => page.getByText('Message 40').isVisible()).toBe(true);
    const last = page.locator('.message').last();
    await expect.poll(() => last.boundingBox()).toMatchObject({ y: expect.toSatisfy((y: number) => y < 740) });
    await page.locator('#scroller').evaluate((node) => node.scrollTo(0, 0));
    await expect.poll(() => page.getByRole('button', { name: 'To the newest message' }).isVisible()).toBe(true);
    await world.call('sendMessage', { text: 'News' });
    await expect.poll(() => page.locator('#unread').textContent()).toBe('1');
    expect(await page.locator('#scroller').evaluate((node) => node.scrollTop)).toBe(0);
    await page.getByRole('button', { name: 'To the newest message' }).click();
    await expect.poll(() => page.locator('#to-bottom').isVisible()).toBe(false);
  });
});
