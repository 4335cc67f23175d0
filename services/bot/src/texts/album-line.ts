import type { Words } from './words.ts';

export interface AlbumWords {
  highest: string;
  next: string;
  without: string;
  photo: string;
  caution: string;
}

/** `Highest score: photo 2 (7.1). Then: photo 1 (6.3). …`: photos whose scores look the same share a place. */
export function albumLine(scores: (number | null)[], words: AlbumWords, { score: say }: Words): string {
  const photos = scores.map((score, i) => ({ name: `${words.photo} ${i + 1}`, score }));
  const scored = photos.flatMap(({ name, score }) => (score === null ? [] : [{ name, score }]));
  const inOrder = scored.sort((a, b) => b.score - a.score);
  const isHighest = ({ score }: { score: number }) => say(score) === say(inOrder[0]!.score);
  const sentence = (head: string, names: string[]) => (names.length === 0 ? [] : [`${head}: ${names.join(', ')}.`]);
  const named = (list: typeof scored) => list.map(({ name, score }) => `${name} (${say(score)})`);
  const without = photos.filter(({ score }) => score === null).map(({ name }) => name);
  return [
    ...sentence(words.highest, named(inOrder.filter(isHighest))),
    ...sentence(words.next, named(inOrder.filter((photo) => !isHighest(photo)))),
    ...sentence(words.without, without),
    words.caution,
  ].join(' ');
}
