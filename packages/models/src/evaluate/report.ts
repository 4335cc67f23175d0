import type { Block, Report } from '../report/document.ts';
import { interval } from '../report/numbers.ts';
import { leftOut } from '../skipped.ts';
import { RESAMPLES } from './bootstrap.ts';
import { calibrationChart, scatterChart } from './charts.ts';
import type { Evaluation } from './evaluate.ts';
import type { Figures } from './figures.ts';
import { groupCharts } from './group-charts.ts';

interface About {
  /** Name of the model's or head's file. */
  scorer: string;
  ratingColumn: string;
  date: Date;
  /** Versions of what the figures depend on, with their names. */
  versions: readonly string[];
}

/** The report of an evaluation. It contains no picture and no file name. */
export function evaluationReport(evaluation: Evaluation, about: About): Report {
  const { all, groupings, pictures, skipped, sameScale, scorer } = evaluation;
  const scoredBy = scorer.by === 'model' ? about.scorer : 'heads fitted here';
  const shown = groupings.filter(({ groups }) => groups.length > 1);
  const count = (holds: (picture: (typeof pictures)[number]) => boolean) => String(pictures.filter(holds).length);
  const blocks: Block[] = [
    verdict(evaluation),
    {
      kind: 'text',
      text: `The whole pipeline with ${scoredBy}, compared with people's ratings (column “${about.ratingColumn}”) of ${all.n} pictures on ${about.date.toISOString().slice(0, 10)}. As for a photo of a user, it finds the face, aligns it and scores it.`,
    },
    { kind: 'heading', text: 'All pictures' },
    { kind: 'table', head: ['Figure', 'Value [95% interval]'], rows: keyFigures(evaluation) },
    { kind: 'chart', chart: scatterChart(evaluation) },
    { kind: 'chart', chart: calibrationChart(evaluation) },
    ...shown.flatMap(({ column, how, groups, figures }): Block[] => [
      { kind: 'heading', text: `By ${column}` },
      { kind: 'text', text: `Groups: ${how}.` },
      {
        kind: 'table',
        head: ['Group', 'n', 'r', ...(sameScale ? ['MAE, rating', 'Bias, rating'] : []), 'MAE of ten', 'Bias of ten'],
        rows: groups.map(({ label }, i) => groupRow(label, figures[i]!, sameScale)),
      },
    ]),
    ...(shown.length > 0 ? groupCharts(shown, sameScale).map((chart): Block => ({ kind: 'chart', chart })) : []),
    { kind: 'heading', text: 'Pictures' },
    {
      kind: 'table',
      head: ['', 'Pictures'],
      rows: [
        ['Rows in the table of ratings', String(pictures.length + skipped.length)],
        ['Evaluated', String(pictures.length)],
        ['Left out', leftOut(skipped)],
        [
          'Evaluated with more than one face found: the largest and most central one counts',
          count(({ found }) => found > 1),
        ],
        ['Evaluated with low confidence', count(({ confidence }) => confidence === 'low')],
      ],
    },
    { kind: 'heading', text: 'How it is computed' },
    ...explain(sameScale).map((text): Block => ({ kind: 'text', text })),
    { kind: 'text', text: `Made with ${about.versions.join(', ')}.` },
  ];
  return { title: 'How well scores follow ratings', blocks };
}

/** Says whether this is a test, at the beginning of the report. */
function verdict({ scorer, all }: Evaluation): Block {
  if (scorer.by !== 'model') {
    return {
      kind: 'text',
      text: `This is a test of the way heads are fitted, on pictures that a head has not seen. The pictures are dealt into ${scorer.folds} folds, and each fold is scored by a head, with its ten-point scale, fitted on the others. A head fitted on all pictures is not tested here; it has seen more pictures, and should do no worse. Features are computed in float32. Faces that look under 18 take no part, since the pipeline does not score them.`,
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
      text: 'This is a test: the head was not fitted on any of these pictures, byte for byte. (A picture that was saved again since then would not be recognised.)',
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
  const ofScale = sameScale ? [interval(figures.mae, 1), interval(figures.bias, 1)] : [];
  const ofTen = [interval(figures.maeOfTen, 1), interval(figures.biasOfTen, 1)];
  return [label, String(figures.n), interval(figures.r, 2), ...ofScale, ...ofTen];
}

function explain(sameScale: boolean): string[] {
  return [
    `Intervals are those of a bootstrap over the pictures (${RESAMPLES.toLocaleString('en')} resamples, percentiles, always the same seed). They show what another draw of pictures of the same kind would change, not what other kinds of pictures or other raters would.`,
    sameScale
      ? 'On the scale of the ratings, the prediction is the model’s raw number: the score shown, brought back through the knots of its scale (or the number of the fold’s head). Error and bias are prediction minus rating: a group with a positive bias is overrated.'
      : 'The model’s raw numbers are on another scale than these ratings, so errors are given in points of ten only. r compares the raw numbers (the score shown, brought back through the knots of its scale) with the ratings.',
    'Errors of ten compare the score as it is shown (one decimal) with the rating on ten points.',
    'A part of a group’s bias says nothing about the group: predictions shrink to the mean, so a group with high ratings looks underrated and one with low ratings overrated.',
  ];
}
