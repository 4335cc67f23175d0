import { LANGUAGES } from '@attrai/contracts/reply-to';
import type { DrawnFace } from '@attrai/contracts/result';
import { describe, expect, test } from 'vitest';
import { languageFor, TEXTS } from '../src/texts/languages.ts';
import type { Texts } from '../src/texts/texts.ts';
import { LIMITS } from './world.ts';

const limits = { ...LIMITS, maxPhotoBytes: 17_000_000, minPhotoSide: 61, maxActivePerUser: 13, requestsPerWindow: 37 };
const crowd = (n: number, confidence: 'high' | 'low' = 'high'): DrawnFace[] =>
  Array.from({ length: n }, () => ({ box: [0, 0, 1, 1], score: 9.9, confidence }));
const children = (n: number): DrawnFace[] =>
  Array.from({ length: n }, () => ({ box: [0, 0, 1, 1], score: null, unscored: 'unsure' }));

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
  'scored, all of them children': (texts) => texts.scored(children(7)),
};
/** What nobody who sends a child may miss. */
const CHILDREN = {
  en: "I don't score children. If I'm wrong, I'm sorry",
  ru: 'Детей я не оцениваю. Если это ошибка, извините',
  es: 'No pongo nota a los niños. Si me equivoco, lo siento',
};
const numbers = (text: string) => (text.match(/\d+([.,]\d+)?/g) ?? []).map((n) => n.replace(',', '.')).sort();

describe.each(LANGUAGES.map((language) => [language, TEXTS[language]] as const))('in %s', (language, texts) => {
  test.each(Object.keys(FIGURES))('%s has all the figures the English text has', (name) => {
    const text = FIGURES[name]!(texts);
    expect(numbers(text)).toEqual(numbers(FIGURES[name]!(TEXTS.en)));
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test('no two refusals or answers are the same, and none is the English one', () => {
    const all = [...Object.values(texts.notAPhoto), ...Object.values(texts.answer), texts.start()];
    expect(new Set(all).size).toBe(all.length);
    for (const text of all) expect(text.length).toBeGreaterThan(20);
    if (language !== 'en') {
      const english = Object.values({ ...TEXTS.en.notAPhoto, ...TEXTS.en.answer });
      for (const text of all) expect(english).not.toContain(text);
    }
  });

  test('help names the bot and the files it reads', () => {
    expect(texts.help(limits, 'some_bot')).toMatch(/JPEG, PNG.*WebP[\s\S]*@some_bot/);
  });

  test('fits into what Telegram takes', () => {
    for (const n of [1, 2, 50, 51, 5_000]) {
      for (const faces of [crowd(n, 'low'), children(n), [...crowd(n, 'low'), ...children(n)]]) {
        expect(texts.scored(faces).length).toBeLessThanOrEqual(1_024);
      }
    }
    expect(texts.privacy(limits).length).toBeLessThan(4_096);
    expect(texts.description.long.length).toBeLessThanOrEqual(512);
    expect(texts.description.short.length).toBeLessThanOrEqual(120);
    for (const description of Object.values(texts.commands)) expect(description.length).toBeLessThanOrEqual(256);
  });

  test('a child has no score, a place among the others, and is spoken of kindly', () => {
    const mixed = texts.scored([...crowd(1), ...children(1), ...crowd(1, 'low')]);
    expect(mixed).toMatch(/9[.,]9 · – · ≈9[.,]9\n/);
    expect(mixed).toContain(CHILDREN[language]);
    for (const n of [1, 2, 80]) {
      const text = texts.scored(children(n));
      expect(text).toContain(CHILDREN[language]);
      expect(text).toContain('18');
      expect(text).not.toMatch(/–|·|10/);
    }
    expect(texts.scored(crowd(2))).not.toMatch(/18|–/);
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

  test('marks scores to trust less, and explains the mark only where it is', () => {
    expect(texts.scored(crowd(2, 'low'))).toContain('≈9');
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
  const codes = { ru: 'ru', 'ru-RU': 'ru', 'es-419': 'es', ES: 'es', en: 'en', 'pt-br': 'en', '': 'en' };
  for (const [code, language] of Object.entries(codes)) expect(languageFor(code)).toBe(language);
  expect(languageFor(undefined)).toBe('en');
});
