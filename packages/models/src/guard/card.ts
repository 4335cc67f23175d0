import { report } from '../ages/tables.ts';
import type { Skipped } from '../skipped.ts';
import type { FittedGuard } from './fit-guard.ts';

/** The guard's card: what it was fitted on, and how it does on faces that it was not fitted on. Markdown. */
export function guardCard(
  { guard, decided }: FittedGuard,
  skipped: readonly Skipped[],
  versions: readonly string[],
): string {
  const { rule, fit } = guard;
  const sets = [...Map.groupBy(decided, ({ face }) => face.set)];
  return `# Guard ${guard.name}

Written by \`pnpm models fit-guard\` on ${fit.date}. [age.card.md](../age.card.md) says how it is used, and how it does on photos from other sources.

Three linear readings of the face net's 2,208 features (adulthood, glasses, cover), fitted by weighted ridge regression (lambda ${fit.lambda}) on
${fit.pictures} faces and ${fit.copies} changed copies of them: with drawn glasses, sunglasses, caps, moustaches, things in front of the face; blurred, dim, bright,
small, turned, as an old print. \`src/guard/samples.ts\` has the weights of faces and copies.

| The rule | |
| --- | ---: |
| Weight of the age net beside the adulthood | ${rule.ageNet} |
| What glasses subtract from it | ${rule.glasses} |
| Clearly a child below | ${rule.child} |
| Scored from | ${rule.adult} |

The figures below are cross-validated: the readings that decide about a face were fitted without it. But the limits were set on these same faces, and
people from one source resemble each other. Expect more errors on photos from elsewhere.

${sets.map(([set, faces]) => `## ${set || 'All'}\n\n${report(faces, [])}`).join('\n')}
${skipped.length > 0 ? `Left out: ${skipped.length} pictures that can't be read, or in which no face is found.\n\n` : ''}## Made with

${versions.map((version) => `- ${version}`).join('\n')}
`;
}
