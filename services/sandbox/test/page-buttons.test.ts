import { describe, expect } from 'vitest';
import { type PageWorld, pageTest } from './page-world.ts';
import { picture } from './pictures.ts';

const it = pageTest
  .extend('lastPress', ({ world }: { world: PageWorld }) => async () => {
    return (await world.call('getUpdates', { offset: -1 }))[0]?.callback_query;
  })
  .extend('answerPress', ({ world, lastPress }) => async (answer: object) => {
    await world.call('answerCallbackQuery', { callback_query_id: (await lastPress()).id, ...answer });
  })
  .extend(
    'busy',
    ({ world }) =>
      (name: string) =>
        world.button(name).getAttribute('aria-busy'),
  );

const keys = (...names: string[]) => ({
  reply_markup: { inline_keyboard: [names.map((text) => ({ text, callback_data: text.toLowerCase() }))] },
});

pageTest.beforeEach(({ user }) => user.openChat());

describe('buttons under messages of the page', () => {
  it('are below the bubble and together as wide, under a text and under a photo', async ({ world, page }) => {
    const long = 'A button that says very much, far more than fits';
    const photo = await world.user.sendPhoto(await picture(640, 480));
    const [{ message }] = await world.call('getUpdates', { offset: -1 });
    await world.call('sendMessage', { text: 'A question that is long enough to be wide', ...keys('Yes', 'No') });
    await world.call('sendPhoto', {
      photo: message.photo.at(-1)!.file_id,
      reply_parameters: { message_id: photo },
      ...keys('Left', long),
    });
    await world.button('Left').waitFor();
    for (const [first, second] of [
      ['Yes', 'No'],
      ['Left', long],
    ] as const) {
      const bubble = page.locator('.message', { has: world.button(first) }).locator('.bubble');
      await expect
        .poll(async () => {
          const [around, left, right] = await Promise.all(
            [bubble, world.button(first), world.button(second)].map((one) => one.boundingBox()),
          );
          return [
            left!.y >= around!.y + around!.height,
            Math.abs(left!.x - around!.x),
            Math.round(Math.abs(right!.x + right!.width - around!.x - around!.width)),
            Math.abs(left!.width - right!.width) < 1,
          ];
        })
        .toEqual([true, 0, 0, true]);
    }
    expect(world.problems).toEqual([]);
  });

  it('spin from the press until the answer, and ignore a second press', async ({
    world,
    lastPress,
    answerPress,
    busy,
  }) => {
    const { message_id } = await world.call('sendMessage', { text: 'Sure?', ...keys('Yes', 'No') });
    await world.button('Yes').click();
    await world.button('Yes').click();
    expect([await busy('Yes'), await busy('No')]).toEqual(['true', 'false']);
    await expect.poll(lastPress).toMatchObject({ data: 'yes', message: { message_id } });
    const presses = (await world.call('getUpdates')).filter((update) => 'callback_query' in update);
    expect(presses).toHaveLength(1);
    await answerPress({ text: 'As you wish' });
    await expect.poll(() => world.textOf('#toast')).toBe('As you wish');
    expect(await busy('Yes')).toBe('false');
  });

  it('keep spinning while the bot edits the message and adds buttons', async ({
    world,
    page,
    lastPress,
    answerPress,
    busy,
  }) => {
    const { message_id } = await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await world.button('Yes').click();
    await expect.poll(lastPress).toMatchObject({ data: 'yes' });
    await world.call('editMessageText', { message_id, text: 'Wait', ...keys('Yes', 'Later') });
    await page.getByText('Wait').waitFor();
    expect(await busy('Yes')).toBe('true');
    await answerPress({});
    await expect.poll(() => busy('Yes')).toBe('false');
    expect(await page.locator('#toast').isVisible()).toBe(false);
  });

  it('stop spinning after 30 s without an answer', async ({ world, page, lastPress, busy }) => {
    await page.clock.install();
    await page.reload();
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await world.button('Yes').click();
    await expect.poll(lastPress).toMatchObject({ data: 'yes' });
    await page.clock.fastForward(29_000);
    expect(await busy('Yes')).toBe('true');
    await page.clock.fastForward(2_000);
    expect(await busy('Yes')).toBe('false');
  });

  it('stop spinning if the press is refused, and say why', async ({ world, page, busy }) => {
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await world.button('Yes').waitFor();
    await page.route('**/callback', (route) =>
      route.fulfill({ status: 400, json: { error: 'no button of this message has this data' } }),
    );
    await world.button('Yes').click();
    await expect.poll(() => world.textOf('#toast')).toContain('no button');
    expect(await busy('Yes')).toBe('false');
  });

  it('show an answer with show_alert in a dialog', async ({ world, page, lastPress, answerPress }) => {
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await world.button('Yes').click();
    await expect.poll(lastPress).toMatchObject({ data: 'yes' });
    await answerPress({ text: 'Photos of children\nare not scored.', show_alert: true });
    const dialog = page.getByRole('dialog', { name: 'Photos of children' });
    await dialog.waitFor();
    expect(await page.locator('#toast').isVisible()).toBe(false);
    expect(await world.button('Cancel').isVisible()).toBe(false);
    await world.button('OK').click();
    await expect.poll(() => dialog.isVisible()).toBe(false);
    expect(world.problems).toEqual([]);
  });

  it('show the answer only on the page where they were pressed', async ({ world, page, lastPress, answerPress }) => {
    const other = await page.context().newPage();
    await other.goto(world.sandbox.url);
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await other.getByRole('button', { name: 'Yes' }).waitFor();
    await world.button('Yes').click();
    await expect.poll(lastPress).toMatchObject({ data: 'yes' });
    await answerPress({ text: 'Done' });
    await world.call('sendMessage', { text: 'after' });
    await other.getByText('after').waitFor();
    expect(await other.locator('#toast').isVisible()).toBe(false);
    await expect.poll(() => world.textOf('#toast')).toBe('Done');
    await other.close();
  });

  it('can be pressed by keyboard, and keep the focus when they change', async ({ world, page, lastPress }) => {
    const { message_id } = await world.call('sendMessage', { text: 'Sure?', ...keys('Yes', 'No') });
    await world.button('Yes').waitFor();
    await world.button('Yes').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(lastPress).toMatchObject({ data: 'no' });
    await world.call('editMessageReplyMarkup', { message_id, ...keys('Again', 'Back') });
    await world.button('Back').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(lastPress).toMatchObject({ data: 'back' });
  });

  it('disappear after an edit without buttons, also under a photo', async ({ world, page }) => {
    await world.user.sendPhoto(await picture(640, 480));
    const [{ message }] = await world.call('getUpdates', { offset: -1 });
    const photo = message.photo.at(-1)!.file_id;
    const sent = await world.call('sendPhoto', { photo, caption: '7.4', ...keys('Again') });
    await world.button('Again').waitFor();
    await world.call('editMessageCaption', { message_id: sent.message_id, caption: '7.5' });
    await page.locator('.words', { hasText: '7.5' }).waitFor();
    await expect.poll(() => world.button('Again').isVisible()).toBe(false);
    await world.call('editMessageMedia', {
      message_id: sent.message_id,
      media: { type: 'photo', media: message.photo[0].file_id },
      ...keys('More'),
    });
    await world.button('More').waitFor();
  });
});
