import type { Stats } from './texts.ts';

export type StatsWords = Record<'running' | 'inWork' | 'waiting' | 'estimators' | 'answered', string>;

/** A line for each figure; `?` for one that is not known now. */
export function statsText({ inWork, waiting, estimators, answers }: Stats, words: StatsWords): string {
  return [
    words.running,
    `${words.inWork}: ${inWork ?? '?'}`,
    `${words.waiting}: ${waiting ?? '?'}`,
    `${words.estimators}: ${estimators ?? '?'}`,
    `${words.answered}: ${answers.reduce((sum, [, photos]) => sum + photos, 0)}`,
    ...answers.map(([outcome, photos]) => `• ${outcome}: ${photos}`),
  ].join('\n');
}
