import { expect, test } from 'vitest';
import { LANGUAGES } from '../src/texts/language.ts';
import { TEXTS } from '../src/texts/languages.ts';
import { LIMITS, openWorld } from './world.ts';

const GROUP = -1_001_234_567_890;
const ANNA = { userId: 7 };

test.each([
  { privacy_mode: true, log: /^Group privacy is on:.* \/score /, help: /only where I am an administrator/ },
  { privacy_mode: false, log: /^Group privacy is off:.* all messages /, help: /in a caption works too, or as a reply/ },
])('with privacy mode $privacy_mode, the log and /help in a group say what reaches the bot', async (given) => {
  await using world = await openWorld();
  await world.page.set({ privacy_mode: given.privacy_mode });
  await world.restartBot();
  expect(world.lines.map((line) => JSON.parse(line).msg).filter((msg) => given.log.test(msg))).toHaveLength(
    // It was on before.
    given.privacy_mode ? 2 : 1,
  );
  await world.page.setUp(GROUP);
  await world.page.send(GROUP, { ...ANNA, text: `/help@${world.bot.username}` });
  const { text } = await world.page.untilSaid(GROUP, given.help);
  expect(text).toContain(`/score@${world.bot.username}`);
});

test('/start is short in a group, also by a link with a payload, and the same with one in a private chat', async () => {
  await using world = await openWorld();
  const { page, bot } = world;
  await page.setUp(GROUP);
  await page.send(GROUP, { ...ANNA, text: `/start@${bot.username} from-a-link` });
  const { text } = await page.untilSaid(GROUP, /^Hello! Reply to a photo with \/score@/);
  await page.send(4711, { text: '/start from-a-link' });
  const start = await page.untilSaid(4711, /^Hello! Send me a photo/);
  expect(text!.length).toBeLessThan(start.text!.length);
});

test.each(LANGUAGES.map((language) => [language, TEXTS[language]] as const))(
  'what is said in groups names the command that always works (%s)',
  (_, texts) => {
    const score = '/score@some_bot';
    const helps = [true, false].map((readsAll) => texts.helpInGroup(LIMITS, 'some_bot', readsAll));
    for (const said of [...helps, texts.startInGroup('some_bot'), texts.howToScore('some_bot', false)]) {
      expect(said).toContain(score);
    }
    expect(new Set(helps).size).toBe(2);
    expect(texts.help(LIMITS, 'some_bot')).toContain(score);
    expect(texts.howToScore('some_bot', true)).not.toContain('@');
  },
);
