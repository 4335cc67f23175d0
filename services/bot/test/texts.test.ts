import type { DrawnFace } from '@attrai/contracts/result';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../src/texts/language.ts';
import { HAS_DECIMAL_COMMA, languageFor, TEXTS } from '../src/texts/languages.ts';
import type { Texts } from '../src/texts/texts.ts';
import { LIMITS } from './world.ts';

const limits = { ...LIMITS, maxPhotoBytes: 17_000_000, minPhotoSide: 61, maxActivePerUser: 13, requestsPerWindow: 37 };
const crowd = (n: number, confidence: 'high' | 'low' = 'high'): DrawnFace[] =>
  Array.from({ length: n }, () => ({ box: [0, 0, 1, 1], score: 9.9, confidence }));
const unscored = (n: number, why: 'child' | 'unsure'): DrawnFace[] =>
  Array.from({ length: n }, () => ({ box: [0, 0, 1, 1], score: null, unscored: why }));
const children = (n: number) => unscored(n, 'child');
const unsure = (n: number) => unscored(n, 'unsure');

/** Every text with figures, given the same ones. */
const FIGURES: Record<string, (texts: Texts) => string> = {
  help: (texts) => texts.help(limits, 'some_bot'),
  privacy: (texts) => texts.privacy(limits),
  placeholder: (texts) => texts.placeholder({ position: 43, waitSeconds: 17 }),
  tooLarge: (texts) => texts.tooLarge(41_000_000, limits),
  tooSmall: (texts) => texts.tooSmall(23, limits),
  tooManyActive: (texts) => texts.tooManyActive(limits),
  tooOften: (texts) => texts.tooOften(19, limits),
  expired: (texts) => texts.expired(limits),
  scored: (texts) => texts.scored(crowd(73)),
  'scored, with children': (texts) => texts.scored([...crowd(2), ...children(31), ...crowd(2)]),
  'scored, with unsure faces': (texts) => texts.scored([...crowd(2), ...unsure(31), ...crowd(2)]),
  'scored, all of them unsure': (texts) => texts.scored(unsure(7)),
  'scored, children and unsure faces': (texts) => texts.scored([...children(7), ...unsure(7)]),
};
/** What nobody who sends a child may miss, and nobody who sends a young adult. */
const CHILDREN = {
  en: /I don't score children. If I'm wrong, I'm sorry/,
  ru: /детей я не оцениваю. Если это ошибка, извините/,
  es: /no pongo nota a los niños. Si me equivoco, lo siento/,
  de: /Kinder bewerte ich nicht. Wenn ich mich irre, tut es mir leid/,
};
const UNSURE = {
  en: /may be under 18.*It happens to adults too/,
  ru: /нет 18 лет.*Так бывает и со взрослыми/,
  es: /18 años.*También les pasa a los adultos/,
  de: /könnten? unter 18 sein.*Das passiert auch bei Erwachsenen/,
};
const CHILD_IN_LEGEND = {
  en: /^–: looks like a child/m,
  ru: /^–: похоже, это ребёнок/m,
  es: /^–: parece un niño/m,
  de: /^–: sieht nach einem Kind aus/m,
};
const numbers = (text: string) => (text.match(/\d+([.,]\d+)?/g) ?? []).map((n) => n.replace(',', '.')).sort();

describe.each(LANGUAGES.map((language) => [language, TEXTS[language]] as const))('in %s', (language, texts) => {
  test.each(Object.keys(FIGURES))('%s has all the figures the English text has', (name) => {
    const text = FIGURES[name]!(texts);
    expect(numbers(text)).toEqual(numbers(FIGURES[name]!(TEXTS.en)));
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test('no two refusals or answers are the same, and none is the English one', () => {
    const { notAPhoto, answer, pressed } = texts;
    const all = [...[notAPhoto, answer, pressed].flatMap((group) => Object.values(group)), texts.start()];
    expect(new Set(all).size).toBe(all.length);
    for (const text of all) expect(text.length).toBeGreaterThan(20);
    if (language !== 'en') {
      const english = Object.values({ ...TEXTS.en.notAPhoto, ...TEXTS.en.answer, ...TEXTS.en.pressed });
      for (const text of all) expect(english).not.toContain(text);
    }
  });

  test('help names the bot and the files it reads', () => {
    expect(texts.help(limits, 'some_bot')).toMatch(/JPEG, PNG.*WebP[\s\S]*@some_bot/);
  });

  test('fits into what Telegram takes', () => {
    for (const n of [1, 2, 50, 51, 5_000]) {
      const [scored, young, doubtful] = [crowd(n, 'low'), children(n), unsure(n)];
      const inRows = [...scored, ...young, ...doubtful].map((face, row): DrawnFace => ({ ...face, row }));
      for (const faces of [scored, young, doubtful, [...scored, ...doubtful], [...young, ...doubtful], inRows]) {
        expect(texts.scored(faces).length).toBeLessThanOrEqual(1_024);
      }
    }
    // Of a notice about a press Telegram shows 200 characters; a refusal may be one.
    const most = { ...limits, maxActivePerUser: 1_000, requestsPerWindow: 1_000_000, windowSeconds: 86_400 };
    const refusals = [texts.tooLarge(20_000_000, most), texts.tooSmall(9_999, { ...most, minPhotoSide: 10_000 })];
    refusals.push(texts.tooManyActive(most), texts.tooOften(86_400, most));
    for (const notice of [...Object.values(texts.pressed), ...refusals]) expect(notice.length).toBeLessThanOrEqual(200);
    expect(texts.adultsButton.length).toBeLessThanOrEqual(40);
    expect(texts.privacy(limits).length).toBeLessThan(4_096);
    expect(texts.description.long.length).toBeLessThanOrEqual(512);
    expect(texts.description.short.length).toBeLessThanOrEqual(120);
    for (const description of Object.values(texts.commands)) expect(description.length).toBeLessThanOrEqual(256);
  });

  test('a child has no score, a place among the others, and is spoken of kindly', () => {
    const mixed = texts.scored([...crowd(1), ...children(1), ...crowd(1, 'low')]);
    expect(mixed).toMatch(/9[.,]9 · – · ≈9[.,]9\n/);
    expect(mixed).toMatch(CHILD_IN_LEGEND[language]);
    expect(mixed).not.toContain('18');
    for (const n of [1, 2, 80]) {
      const text = texts.scored(children(n));
      expect(text).toMatch(CHILDREN[language]);
      expect(text).not.toMatch(/–|·|18|10/);
    }
    expect(texts.scored(crowd(2))).not.toMatch(/18|–/);
  });

  test('a face that may be under 18 has no score, a place among the others, and it is said that adults meet it too', () => {
    const mixed = texts.scored([...crowd(1), ...unsure(1), ...crowd(1, 'low')]);
    expect(mixed).toMatch(/9[.,]9 · – · ≈9[.,]9\n/);
    expect(mixed.match(/^–: .*$/gm)).toEqual([expect.stringMatching(UNSURE[language])]);
    expect(mixed).not.toMatch(CHILD_IN_LEGEND[language]);
    for (const n of [1, 2, 80]) {
      const text = texts.scored(unsure(n));
      expect(text).toMatch(UNSURE[language]);
      expect(text).not.toMatch(/–|·|10|\n/);
    }
    expect(texts.scored(unsure(1))).not.toBe(texts.scored(unsure(2)));
  });

  test('of children and faces that may be under 18 one line tells both', () => {
    const both = [...children(1), ...unsure(1)];
    for (const mixed of [
      [...crowd(1), ...both],
      [...both, ...crowd(60)],
    ].map(texts.scored)) {
      const legend = mixed.match(/^–: .*$/gm);
      expect(legend).toEqual([expect.stringMatching(UNSURE[language])]);
      expect(legend![0]).toMatch(CHILD_IN_LEGEND[language]);
    }
    const without = texts.scored(both);
    expect(without).toMatch(UNSURE[language]);
    expect(without).toMatch(/child|дет|niñ|Kind/);
    expect(without).not.toMatch(/–|·|10|\n/);
  });

  test('lists scores as their faces stand: a line for each row, each from left to right', () => {
    const faces = [6.1, 5.2, 7.3, 4.4, 8.5, 6.6].map((score, i): DrawnFace => {
      const left = 100 + 200 * (i % 3) + (i < 3 ? 0 : 90);
      const top = i < 3 ? 100 : 300;
      return { box: [left, top, left + 80, top + 100], score, confidence: i === 4 ? 'low' : 'high' };
    });
    const oneRow = texts.scored(faces.slice(0, 3));
    const twoRows = texts.scored(faces);
    expect(oneRow).toMatch(/^[^\n]+: 6[.,]1 · 5[.,]2 · 7[.,]3\n/);
    expect(twoRows).toMatch(/^[^\n]+:\n6[.,]1 · 5[.,]2 · 7[.,]3\n4[.,]4 · ≈8[.,]5 · 6[.,]6\n/);
    expect(twoRows.split(':')[0]).toContain(oneRow.split(':')[0]);
  });

  test('goes by the rows of the picture where they are told, wherever the faces stand', () => {
    const rows = [0, 0, 1, 1, 2];
    const faces = rows.map((row, i): DrawnFace => {
      const left = [300, 100, 200, 400, 500][i]!;
      return { box: [left, 0, left + 80, 100], row, score: i + 1, confidence: 'high' };
    });
    expect(texts.scored(faces)).toMatch(/^[^\n]+:\n1[.,]0 · 2[.,]0\n3[.,]0 · 4[.,]0\n5[.,]0\n/);
    const inOneRow = faces.map((face) => ({ ...face, row: 0 }));
    expect(texts.scored(inOneRow)).toMatch(/^[^\n]+: 1[.,]0 · 2[.,]0 · 3[.,]0 · 4[.,]0 · 5[.,]0\n/);
  });

  test('writes scores as the picture is asked to', () => {
    expect(texts.scored(crowd(1))).toContain(HAS_DECIMAL_COMMA[language] ? '9,9' : '9.9');
  });

  test('help tells the scale, who is scored, and what the button is for', () => {
    const help = texts.help(limits, 'some_bot');
    expect(help).toMatch(/ 3 \S+ 7\./);
    expect(help).toMatch(/button|кнопк|botón|Knopf/);
    expect(texts.privacy(limits)).toMatch(/button|кнопк|botón|Knopf/);
  });

  test('marks scores to trust less, and explains the mark only where it is', () => {
    expect(texts.scored(crowd(2, 'low'))).toContain('≈9');
    expect(texts.scored(crowd(2, 'low'))).toMatch(/^≈ /m);
    expect(texts.scored(crowd(2, 'high'))).not.toContain('≈');
  });
});

test('Russian words follow their numbers', () => {
  const forms = (n: number) => TEXTS.ru.tooManyActive({ ...limits, maxActivePerUser: n });
  expect(forms(1)).toContain('1 фотография ');
  expect(forms(3)).toContain('3 фотографии ');
  expect(forms(5)).toContain('5 фотографий ');
  expect(forms(11)).toContain('11 фотографий ');
  expect(forms(21)).toContain('21 фотография ');
  expect(TEXTS.ru.expired({ ...limits, deadlineSeconds: 60 })).toContain('за 60 секунд.');
  expect(TEXTS.ru.expired({ ...limits, deadlineSeconds: 21 * 60 })).toContain('за 21 минуту.');
});

test('picks the language by the language code, English if it has none', () => {
  const codes = { ru: 'ru', 'ru-RU': 'ru', 'es-419': 'es', ES: 'es', 'de-AT': 'de', en: 'en', 'pt-br': 'en', '': 'en' };
  for (const [code, language] of Object.entries(codes)) expect(languageFor(code)).toBe(language);
  expect(languageFor(undefined)).toBe('en');
});
