import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chromium, startChromium } from './chromium.ts';
import { eventually } from './eventually.ts';
import { openPage, type PageWorld } from './page-world.ts';
import { picture } from './pictures.ts';

describe('buttons under messages of the page', () => {
  let chromium: Chromium;
  let world: PageWorld;

  beforeAll(async () => {
    chromium = await startChromium({ viewport: { width: 390, height: 740 }, locale: 'en-US' });
  });
  afterAll(() => chromium?.close());
  beforeEach(async () => {
    world = await openPage(chromium);
    await world.user.openChat();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const keys = (...names: string[]) => ({
    reply_markup: { inline_keyboard: [names.map((text) => ({ text, callback_data: text.toLowerCase() }))] },
  });
  const button = (name: string) => world.page.getByRole('button', { name, exact: true });
  const busy = (name: string) => button(name).getAttribute('aria-busy');
  const lastPress = async () => (await world.call('getUpdates', { offset: -1 }))[0]?.callback_query;

  it('stand below the bubble and are together as wide, under words and under a picture', async () => {
    const photo = await world.user.sendPhoto(await picture(640, 480));
    const [{ message }] = await world.call('getUpdates', { offset: -1 });
    await world.call('sendMessage', { text: 'A question that is long enough to be wide', ...keys('Yes', 'No') });
    await world.call('sendPhoto', {
      photo: message.photo.at(-1).file_id,
      reply_parameters: { message_id: photo },
      ...keys('Left', 'A button that says very much, far more than fits'),
    });
    await button('Left').waitFor();
    for (const [first, second] of [
      ['Yes', 'No'],
      ['Left', 'A button that says very much, far more than fits'],
    ] as const) {
      const bubble = world.page.locator('.message', { has: button(first) }).locator('.bubble');
      await eventually(async () => {
        const [around, left, right] = await Promise.all(
          [bubble, button(first), button(second)].map((one) => one.boundingBox()),
        );
        return [
          left!.y >= around!.y + around!.height,
          Math.abs(left!.x - around!.x),
          Math.round(Math.abs(right!.x + right!.width - around!.x - around!.width)),
          Math.abs(left!.width - right!.width) < 1,
        ];
      }).toEqual([true, 0, 0, true]);
    }
    expect(world.problems).toEqual([]);
  });

  it('spin from the press until the bot answers, and are pressed once meanwhile', async () => {
    const { message_id } = await world.call('sendMessage', { text: 'Sure?', ...keys('Yes', 'No') });
    await button('Yes').click();
    await button('Yes').click();
    expect([await busy('Yes'), await busy('No')]).toEqual(['true', 'false']);
    await eventually(lastPress).toMatchObject({ data: 'yes', message: { message_id } });
    const presses = (await world.call('getUpdates')).filter((update: object) => 'callback_query' in update);
    expect(presses).toHaveLength(1);
    await world.call('answerCallbackQuery', { callback_query_id: presses[0].callback_query.id, text: 'As you wish' });
    await eventually(() => world.page.locator('#toast').textContent()).toBe('As you wish');
    expect(await busy('Yes')).toBe('false');
  });

  it('keep spinning when the bot edits the message and its other buttons, until it answers', async () => {
    const { message_id } = await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await button('Yes').click();
    await eventually(lastPress).toMatchObject({ data: 'yes' });
    await world.call('editMessageText', { message_id, text: 'Wait', ...keys('Yes', 'Later') });
    await world.page.getByText('Wait').waitFor();
    expect(await busy('Yes')).toBe('true');
    await world.call('answerCallbackQuery', { callback_query_id: (await lastPress()).id });
    await eventually(() => busy('Yes')).toBe('false');
    expect(await world.page.locator('#toast').isVisible()).toBe(false);
  });

  it('stop spinning after 30 s without an answer', async () => {
    await world.page.clock.install();
    await world.page.reload();
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await button('Yes').click();
    await eventually(lastPress).toMatchObject({ data: 'yes' });
    await world.page.clock.fastForward(29_000);
    expect(await busy('Yes')).toBe('true');
    await world.page.clock.fastForward(2_000);
    expect(await busy('Yes')).toBe('false');
  });

  it('stop spinning and say why when the message has no such button any more', async () => {
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await button('Yes').waitFor();
    await world.page.route('**/callback', (route) =>
      route.fulfill({ status: 400, json: { error: 'no button of this message has it' } }),
    );
    await button('Yes').click();
    await eventually(() => world.page.locator('#toast').textContent()).toContain('no button');
    expect(await busy('Yes')).toBe('false');
  });

  it("answer in a dialog of the page's own when the bot asks for an alert", async () => {
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await button('Yes').click();
    await eventually(lastPress).toMatchObject({ data: 'yes' });
    const answer = { callback_query_id: (await lastPress()).id, text: 'Photos of children\nare not scored.' };
    await world.call('answerCallbackQuery', { ...answer, show_alert: true });
    const dialog = world.page.getByRole('dialog', { name: 'Photos of children' });
    await dialog.waitFor();
    expect(await world.page.locator('#toast').isVisible()).toBe(false);
    expect(await button('Cancel').isVisible()).toBe(false);
    await button('OK').click();
    await eventually(() => dialog.isVisible()).toBe(false);
    expect(world.problems).toEqual([]);
  });

  it('answer only on the page where they were pressed', async () => {
    const other = await chromium.context.newPage();
    await other.goto(world.sandbox.url);
    await world.call('sendMessage', { text: 'Sure?', ...keys('Yes') });
    await other.getByRole('button', { name: 'Yes' }).waitFor();
    await button('Yes').click();
    await eventually(lastPress).toMatchObject({ data: 'yes' });
    await world.call('answerCallbackQuery', { callback_query_id: (await lastPress()).id, text: 'Done' });
    await world.call('sendMessage', { text: 'after' });
    await other.getByText('after').waitFor();
    expect(await other.locator('#toast').isVisible()).toBe(false);
    await eventually(() => world.page.locator('#toast').textContent()).toBe('Done');
    await other.close();
  });

  it('are pressed by keyboard, and hand the focus on when they change', async () => {
    const { message_id } = await world.call('sendMessage', { text: 'Sure?', ...keys('Yes', 'No') });
    await button('Yes').waitFor();
    await button('Yes').focus();
    await world.page.keyboard.press('Tab');
    await world.page.keyboard.press('Enter');
    await eventually(lastPress).toMatchObject({ data: 'no' });
    await world.call('editMessageReplyMarkup', { message_id, ...keys('Again', 'Back') });
    await button('Back').waitFor();
    await world.page.keyboard.press('Enter');
    await eventually(lastPress).toMatchObject({ data: 'back' });
  });

  it('go when an edit brings none, also under a picture', async () => {
    await world.user.sendPhoto(await picture(640, 480));
    const [{ message }] = await world.call('getUpdates', { offset: -1 });
    const photo = message.photo.at(-1).file_id;
    const sent = await world.call('sendPhoto', { photo, caption: '7.4', ...keys('Again') });
    await button('Again').waitFor();
    await world.call('editMessageCaption', { message_id: sent.message_id, caption: '7.5' });
    await world.page.locator('.words', { hasText: '7.5' }).waitFor();
    await eventually(() => button('Again').isVisible()).toBe(false);
    await world.call('editMessageMedia', {
      message_id: sent.message_id,
      media: { type: 'photo', media: message.photo[0].file_id },
      ...keys('More'),
    });
    await button('More').waitFor();
  });
});
