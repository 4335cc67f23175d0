import { report } from '../ages/report.ts';
import type { Skipped } from '../fit/ratings.ts';
import type { FittedGuard } from './fit-guard.ts';

/** What the guard was fitted on and how it does on faces that it was not fitted on: Markdown. */
export function guardCard(
  { guard, decided }: FittedGuard,
  skipped: readonly Skipped[],
  versions: Record<string, string>,
): string {
  const { rule, fit } = guard;
  const sets = [...Map.groupBy(decided, ({ face }) => face.set)];
  return `# Guard ${guard.name}

Written by \`pnpm models fit-guard\` on ${fit.date}. How it is used, and how it does on photos of other sources: [age.card.md](../age.card.md).

Three linear readings of the face net's 2,208 features (adulthood, glasses, cover), fitted by weighted ridge regression (lambda ${fit.lambda}) on
${fit.pictures} faces and ${fit.copies} changed copies of them: with drawn glasses, sunglasses, caps, moustaches, things before the face; blurred, dim, bright, small,
turned, as an old print. Who counts how much is in \`src/guard/samples.ts\`.

| The rule | |
| --- | ---: |
| Weight of the age net beside the adulthood | ${rule.ageNet} |
| What glasses take from it | ${rule.glasses} |
| Clearly a child below | ${rule.child} |
| Scored from | ${rule.adult} |

What follows is cross-validated: each face is decided by readings that were fitted without it. The limits were put on these same faces, and people of one
source resemble each other, so that photos from elsewhere fare worse.

${sets.map(([set, faces]) => `## ${set || 'All'}\n\n${report(faces, [])}`).join('\n')}
${skipped.length > 0 ? `Left out: ${skipped.length} pictures in which no face is found, or that can't be read.\n\n` : ''}## Made with

${Object.entries(versions)
  .map(([name, version]) => `- ${name} ${version}`)
  .join('\n')}
`;
}
