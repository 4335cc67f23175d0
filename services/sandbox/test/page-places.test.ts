import { describe, expect } from 'vitest';
import { jpegFile, type PageWorld, pageTest } from './page-world.ts';
import { picture } from './pictures.ts';
import { User } from './user.ts';

const it = pageTest
  .extend('bot', async ({ world: { bot } }: { world: PageWorld }) => {
    await bot.call('setMyCommands', { commands: [{ command: 'score', description: 'Score a photo' }] });
    return bot;
  })
  .extend('enter', ({ page, user }) => async (place: 'Group' | 'Topic') => {
    await page.getByRole('link', { name: place }).click();
    await page.locator(`#place-${place.toLowerCase()}[aria-current]`).waitFor();
    await page.locator('#welcome').waitFor();
    return new User(user.url, (place === 'Group' ? -1_000_000_000_000 : -1_010_000_000_000) - user.chatId);
  })
  .extend('pick', ({ world, page }) => async (menuItem: string, file: ReturnType<typeof jpegFile>) => {
    const chooser = page.waitForEvent('filechooser');
    await page.locator('#attach').click();
    await world.button(menuItem).click();
    await (await chooser).setFiles(file);
  });

describe('private chat, group and topic on the page', () => {
  it('are in a stand-in for Telegram, as the page says', async ({ world }) => {
    await expect.poll(() => world.textOf('#status')).toBe('local stand-in for Telegram');
    await expect.poll(() => world.textOf('#welcome')).toContain('This is not Telegram');
  });

  it('show that a bot in a group gets a photo only by a command in reply to it', async ({
    world,
    page,
    user,
    bot,
    enter,
  }) => {
    const group = await enter('Group');
    expect(await group.messages()).toMatchObject([{ from: 'nobody', service: 'new_chat_members' }]);
    await page.getByRole('button', { name: 'Mona Lisa' }).click();
    await page.getByRole('img', { name: 'Hidden from the bot' }).waitFor();
    expect(await bot.heard()).toEqual(['my_chat_member', 'message']);

    await world.sent.hover();
    await page.getByRole('button', { name: 'Reply' }).click();
    await page.getByRole('button', { name: 'Commands' }).click();
    await page.getByRole('option', { name: '/score' }).click();
    await expect.poll(() => world.sent.count()).toBe(2);
    const [photo, command] = (await group.messages()).slice(1);
    expect(command).toMatchObject({ text: '/score@attrai_sandbox_bot', reply_to: photo!.message_id });
    expect(await bot.updates()).toMatchObject([
      {
        message: {
          from: { id: user.chatId },
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
    await world.sent.getByText('👀').waitFor();
    expect(world.problems).toEqual([]);
  });

  it('have a switch for the privacy mode in groups', async ({ world, page, bot, enter }) => {
    await enter('Group');
    await page.getByRole('checkbox', { name: 'Privacy mode' }).uncheck();
    await expect.poll(() => bot.call('getMe')).toMatchObject({ can_read_all_group_messages: true });
    await bot.updates();
    await world.write('hi');
    await expect.poll(() => bot.heard()).toEqual(['hi']);
    await page.reload();
    await expect.poll(() => page.getByRole('checkbox', { name: 'Privacy mode' }).isChecked()).toBe(false);
  });

  it('show only the messages of the topic in the topic', async ({ world, page, bot, enter }) => {
    const forum = await enter('Topic');
    const [topic] = (await forum.messages()).filter(({ service }) => service === 'forum_topic_created');
    const message_thread_id = topic!.message_id;
    await world.write('/score@attrai_sandbox_bot');
    await expect.poll(() => world.sent.count()).toBe(1);
    expect((await bot.updates()).at(-1)).toMatchObject({ message: { message_thread_id, is_topic_message: true } });
    const chat_id = forum.chatId;
    await bot.call('sendMessage', { chat_id, text: 'in General' });
    await bot.call('sendMessage', { chat_id, text: 'in the topic', message_thread_id });
    await page.locator('.bot .words', { hasText: 'in the topic' }).waitFor();
    expect(await page.locator('.message.bot').count()).toBe(1);
    await page.reload();
    await page.locator('.bot .words', { hasText: 'in the topic' }).waitFor();
    expect(await page.locator('.message.bot').count()).toBe(1);
    expect(await forum.setUp({})).toMatchObject({ topics: { [message_thread_id]: 'Photos' } });
  });

  it('are created again after a restart of the sandbox', async ({ world, enter }) => {
    const group = await enter('Group');
    const restart = await world.stopSandbox();
    await expect.poll(() => world.textOf('#status')).toMatch(/^No connection/);
    await restart();
    await expect.poll(() => world.textOf('#status')).toBe('local stand-in for Telegram');
    await world.write('hi');
    await expect
      .poll(() => group.messages())
      .toMatchObject([{ service: 'new_chat_members' }, { text: 'hi', hidden: true }]);
  });

  it('can cancel a reply', async ({ world, page, user }) => {
    await user.send({ text: 'question' });
    await world.sent.hover();
    const reply = page.getByRole('button', { name: 'Reply' });
    for (const letGo of [() => page.keyboard.press('Escape'), () => page.locator('#reply-cancel').click()]) {
      await reply.click();
      await expect.poll(() => world.textOf('#reply')).toContain('question');
      await letGo();
      await expect.poll(() => page.locator('#reply').isVisible()).toBe(false);
    }
    await world.write('no answer');
    await expect.poll(() => user.messages()).toHaveLength(2);
    expect((await user.messages())[1]).not.toHaveProperty('reply_to');
  });

  it('give the focus back to the text field', async ({ world, page }) => {
    await world.button('Start').click();
    const focused = () => page.evaluate('document.activeElement.id');
    expect(await focused()).toBe('text');
    await page.getByRole('button', { name: 'Mona Lisa' }).click();
    await expect.poll(focused).toBe('text');
  });

  it('show the welcome from its top, also with a large zoom', async ({ page }) => {
    for (const viewport of [
      { width: 640, height: 430 },
      { width: 195, height: 370 },
    ]) {
      await page.setViewportSize(viewport);
      await page.reload();
      await page.locator('#welcome').waitFor();
      await page.locator('#sample-list img').last().waitFor();
      const top = async (selector: string) => (await page.locator(selector).boundingBox())!.y;
      expect(await top('#welcome')).toBeGreaterThan(await top('#scroller'));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
      expect((await page.locator('#text').boundingBox())!.width).toBeGreaterThan(100);
    }
  });

  it('send a picked file as a photo or as a file, as chosen, and say if it cannot be a photo', async ({
    page,
    user,
    pick,
  }) => {
    const photo = jpegFile('a.jpg', await picture(640, 480));
    await pick('As files', photo);
    await expect.poll(() => user.messages()).toMatchObject([{ document_name: 'a.jpg' }]);
    await pick('As photos', photo);
    await expect.poll(() => user.messages()).toMatchObject([{}, { photo_width: 640 }]);
    await pick('As photos', jpegFile('b.heic', 'no picture'));
    const problem = page.getByRole('alert');
    await expect.poll(() => problem.textContent()).toContain('not a JPEG, PNG, WebP or GIF');
    await problem.getByRole('button', { name: 'Send as a file' }).click();
    await expect.poll(() => user.messages()).toMatchObject([{}, {}, { document_name: 'b.heic' }]);
  });
});
