import { countReasons } from '../fit/fit.ts';
import type { Block, Report } from '../report/document.ts';
import { RESAMPLES } from './bootstrap.ts';
import { calibrationChart, scatterChart } from './charts.ts';
import type { Evaluation } from './evaluate.ts';
import type { Figures } from './figures.ts';
import { groupCharts } from './group-charts.ts';
import { interval, whole } from './numbers.ts';

export interface About {
  /** What scored: the model file's or head's name. */
  scorer: string;
  ratingColumn: string;
  date: Date;
  /** Versions of what the figures depend on, by name. */
  versions: Record<string, string>;
}

/** The report of an evaluation: no picture and no file name is in it. */
export function evaluationReport(evaluation: Evaluation, about: About): Report {
  const { all, groupings, pictures, skipped, sameScale } = evaluation;
  const blocks: Block[] = [
    verdict(evaluation),
    {
      kind: 'text',
      text: `${describeScorer(evaluation, about)}, held to people's ratings (column “${about.ratingColumn}”) of ${all.n} pictures on ${about.date.toISOString().slice(0, 10)}: find the face, align it, score it, as for a photo of a user.`,
    },
    { kind: 'heading', text: 'All pictures' },
    { kind: 'table', head: ['Figure', 'Value [95% interval]'], rows: keyFigures(evaluation) },
    { kind: 'chart', chart: scatterChart(evaluation) },
    { kind: 'chart', chart: calibrationChart(evaluation) },
  ];
  const shown = groupings.filter(({ groups }) => groups.length > 1);
  for (const grouping of shown) {
    blocks.push(
      { kind: 'heading', text: `By ${grouping.column}` },
      { kind: 'text', text: `Groups: ${grouping.how}.` },
      {
        kind: 'table',
        head: ['Group', 'n', 'r', ...(sameScale ? ['MAE, rating', 'Bias, rating'] : []), 'MAE of ten', 'Bias of ten'],
        rows: grouping.groups.map(({ label }, i) => groupRow(label, grouping.figures[i]!, sameScale)),
      },
    );
  }
  if (shown.length > 0) blocks.push(...groupCharts(shown, sameScale).map((chart): Block => ({ kind: 'chart', chart })));
  blocks.push(
    { kind: 'heading', text: 'Pictures' },
    {
      kind: 'table',
      head: ['', 'Pictures'],
      rows: [
        ['Rows in the table of ratings', String(pictures.length + skipped.length)],
        ['Evaluated', String(pictures.length)],
        ['Left out', skipped.length === 0 ? '0' : `${skipped.length} (${countReasons(skipped)})`],
        [
          'Evaluated with more than one face found: the largest and most central one counts',
          String(pictures.filter(({ found }) => found > 1).length),
        ],
        ['Evaluated with low confidence', String(pictures.filter(({ confidence }) => confidence === 'low').length)],
      ],
    },
    { kind: 'heading', text: 'How it is computed' },
    ...explain(sameScale).map((text): Block => ({ kind: 'text', text })),
    {
      kind: 'text',
      text: `Made with ${Object.entries(about.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}.`,
    },
  );
  return { title: 'How well scores follow ratings', blocks };
}

function describeScorer({ scorer }: Evaluation, about: About): string {
  return scorer.by === 'model'
    ? `The whole pipeline with ${about.scorer}`
    : 'The whole pipeline with heads fitted here';
}

/** Whether this is a test, in the first line. */
function verdict({ scorer, all }: Evaluation): Block {
  if (scorer.by !== 'model') {
    return {
      kind: 'text',
      text: `This is a test of the way the head is fitted, on pictures not used: they are dealt into ${scorer.folds} folds, and each fold is scored by a head (and a ten-point scale) fitted on the others. A head fitted on all of the pictures is not tested here itself; it has seen more pictures, and should do no worse. Features are computed in float32; faces that look under 18 take no part, as the pipeline does not score them.`,
    };
  }
  if (scorer.fittedOn === undefined) {
    return {
      kind: 'warning',
      text: 'The model does not say on which pictures it was fitted. If these are among them, this is no test.',
    };
  }
  if (scorer.fittedOn === 0) {
    return {
      kind: 'text',
      text: 'This is a test: none of these pictures is, byte for byte, one that the head was fitted on. (Pictures that were saved again since then would not be known again.)',
    };
  }
  return {
    kind: 'warning',
    text: `This is no test: the head was fitted on ${scorer.fittedOn} of these ${all.n} pictures, and the figures are better than they will be on others. Use --folds 5 to score each picture by a head that has not seen it.`,
  };
}

function keyFigures({ all, sameScale, pictures }: Evaluation): string[][] {
  const middle = pictures.reduce((sum, { rating }) => sum + rating, 0) / pictures.length;
  const meanError = pictures.reduce((sum, { rating }) => sum + Math.abs(rating - middle), 0) / pictures.length;
  const ofScale = [
    ['Mean absolute error, points of the rating', interval(all.mae, 2)],
    ['— of always saying the mean', meanError.toFixed(2)],
    ['Bias, points of the rating', interval(all.bias, 2)],
  ];
  return [
    ['Correlation (Pearson’s r)', interval(all.r, 3)],
    ['Rank correlation (Spearman’s ρ)', interval(all.rho, 3)],
    ...(sameScale ? ofScale : []),
    ['Mean absolute error, of ten', interval(all.maeOfTen, 2)],
    ['— of always saying 5', '2.50'],
    ['Bias, of ten', interval(all.biasOfTen, 2)],
  ];
}

function groupRow(label: string, figures: Figures, sameScale: boolean): string[] {
  return [
    label,
    String(figures.n),
    interval(figures.r, 2),
    ...(sameScale ? [interval(figures.mae, 1), interval(figures.bias, 1)] : []),
    interval(figures.maeOfTen, 1),
    interval(figures.biasOfTen, 1),
  ];
}

function explain(sameScale: boolean): string[] {
  return [
    `Intervals are those of a bootstrap over the pictures (${whole(RESAMPLES)} resamples, percentiles, always the same seed). They say what another draw of pictures of the same kind would change, not what pictures of another kind or other raters would.`,
    sameScale
      ? 'On the scale of the ratings, the prediction is the model’s raw number: the score shown, brought back through the knots of its scale (or what the fold’s head says). Error and bias are prediction minus rating: a positive bias means that a group is overrated.'
      : 'The model’s raw numbers are on another scale than these ratings, so that errors are told of ten only. r compares the raw numbers (the score shown, brought back through the knots of its scale) with the ratings.',
    'Of ten, the score as it is shown (one decimal) is compared with the rating on ten points.',
    'In a group, bias has a part that says nothing about the group: predictions shrink to the mean, so that a group with high ratings looks underrated and one with low ratings overrated.',
  ];
}
