import { youngestScored } from '@attrai/vision/age/looks-under-18';
import { mean, sampleCorrelation } from 'simple-statistics';
import { countReasons } from '../fit/fit.ts';
import type { Skipped } from '../fit/ratings.ts';
import type { Age, SmallAges } from './estimate-ages.ts';

const ADULT = 18;
/** Of faces that are not small. */
const LIMIT = youngestScored(Number.POSITIVE_INFINITY);
/** Lower ends of the bands of rated ages, years. */
const BANDS = [0, 6, 13, 16, ADULT, 21, 25, 30, 40];
/** Limits to compare with the one in use. */
const LIMITS = [18, 19, 20, 21, 22, 23, 24, 25, 26];
const LIMITS_OF_SMALL = [20, 22, 24, 25, 26, 28];

/**
 * What the limit does to faces of each age, what other limits would do, and how good the estimates are: Markdown, without any
 * single face.
 */
export function ageTables(ages: readonly Age[], skipped: readonly Skipped[]): string {
  return `${ages.length} faces${skipped.length > 0 ? `; left out: ${skipped.length} (${countReasons(skipped)})` : ''}. ${accuracy(ages)}

A face is not scored if it is estimated younger than ${LIMIT}:

| Rated age | Faces | Not scored | Scored |
| --- | ---: | ---: | ---: |
${BANDS.map((from, i) => bandRow(ages, from, BANDS[i + 1])).join('\n')}

What other limits would do:

| Limit | Under 18, scored | 13 to 17, scored | 18 to 24, not scored | 25 and older, not scored |
| --- | ---: | ---: | ---: | ---: |
${LIMITS.map((limit) => limitRow(ages, limit, LIMIT)).join('\n')}
`;
}

/** The same for faces of some sizes. */
export function smallFaceTable(sizes: readonly SmallAges[]): string {
  const rows = sizes.flatMap(({ side, ages }) =>
    LIMITS_OF_SMALL.map((limit) => `| ${side} ${limitRow(ages, limit, youngestScored(side))}`),
  );
  return `| Side, px | Limit | Under 18, scored | 13 to 17, scored | 18 to 24, not scored | 25 and older, not scored |
| ---: | --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`;
}

function accuracy(ages: readonly Age[]): string {
  if (ages.length < 2) return '';
  const [rated, estimated] = [ages.map((age) => age.rated), ages.map((age) => age.estimated)];
  const errors = ages.map((age) => age.estimated - age.rated);
  const bias = mean(errors);
  const error = mean(errors.map(Math.abs)).toFixed(1);
  const side = `${Math.abs(bias).toFixed(1)} too ${bias < 0 ? 'young' : 'old'}`;
  return `Estimated and rated age: r = ${sampleCorrelation(estimated, rated).toFixed(3)}, mean error ${error} years, on average ${side}.`;
}

function bandRow(ages: readonly Age[], from: number, to = Number.POSITIVE_INFINITY): string {
  const inside = between(ages, from, to);
  const unscored = inside.filter(({ estimated }) => estimated < LIMIT).length;
  const title = to === Number.POSITIVE_INFINITY ? `${from} and older` : `${from} to ${to - 1}`;
  return `| ${title} | ${inside.length} | ${unscored} | ${inside.length - unscored} |`;
}

function limitRow(ages: readonly Age[], limit: number, inUse: number): string {
  const scored = ({ estimated }: Age) => estimated >= limit;
  const unscored = ({ estimated }: Age) => estimated < limit;
  const cells = [
    share(between(ages, 0, ADULT), scored),
    share(between(ages, 13, ADULT), scored),
    share(between(ages, ADULT, 25), unscored),
    share(between(ages, 25), unscored),
  ];
  return `| ${limit === inUse ? `**${limit}**` : limit} | ${cells.join(' | ')} |`;
}

function between(ages: readonly Age[], from: number, to = Number.POSITIVE_INFINITY): Age[] {
  return ages.filter(({ rated }) => rated >= from && rated < to);
}

function share(ages: readonly Age[], holds: (age: Age) => boolean): string {
  return ages.length === 0 ? '–' : `${((100 * ages.filter(holds).length) / ages.length).toFixed(1)} %`;
}
