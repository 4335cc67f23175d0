import { type Chromium, startChromium } from '@attrai/sandbox/test/chromium';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countDrawn, findBoxes } from './boxes.ts';
import { GROUP_PHOTO, scoresIn, startSuite } from './suite.ts';

let suite: Awaited<ReturnType<typeof startSuite>>;
let chromium: Chromium;
beforeAll(async () => {
  chromium = await startChromium({ viewport: { width: 390, height: 844 }, locale: 'en-GB' });
  suite = await startSuite();
});
afterAll(async () => {
  await chromium.close();
  expect(await suite.stop()).toEqual([]);
});

test('a photo sent on the page comes back with a box and a score for each face', async () => {
  const page = await chromium.context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(suite.url);
  await page.locator('#start').click();
  await page.locator('#file').setInputFiles({ name: 'group.jpg', mimeType: 'image/jpeg', buffer: GROUP_PHOTO });

  const answer = page.locator('.message.bot.has-photo');
  await answer.waitFor();
  const boxes = await findBoxes(GROUP_PHOTO);
  expect(boxes.length).toBeGreaterThanOrEqual(4);
  expect(scoresIn(await answer.locator('.words').innerHTML())).toHaveLength(boxes.length);

  const image = answer.locator('.photo img');
  await expect.poll(() => image.evaluate((img: { naturalWidth: number }) => img.naturalWidth)).toBeGreaterThan(0);
  const source = new URL((await image.getAttribute('src'))!, suite.url);
  const picture = Buffer.from(await (await fetch(source)).arrayBuffer());
  expect(await countDrawn(boxes, GROUP_PHOTO, picture)).toBe(boxes.length);
  expect(await countDrawn(boxes, GROUP_PHOTO, GROUP_PHOTO)).toBe(0);
  expect(problems).toEqual([]);
});
