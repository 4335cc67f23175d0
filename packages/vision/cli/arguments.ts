import { readCommandLine, UsageError } from '@attrai/contracts/command-line';
import { MIN_FACE } from '../src/vision.ts';
import { STDIN } from './files.ts';

/** The services have the same limits for MIN_FACE. */
const [LEAST_FACE, LARGEST_FACE] = [20, 1000];

export const USAGE = `Finds the faces in photos (JPEG, PNG, WebP) and scores those that don't look younger than 18.

  pnpm estimate FILE|DIR|-... [--json] [--out DIR] [--min-face PX] [--adults]

  -              one photo from standard input
  --json         print one line of JSON for each photo; a face without a score has "score":null,"unscored":"child" or "unsure"
  --out DIR      write each photo that has faces, with boxes and scores, to DIR/NAME.scored.jpg, in the same subfolders
  --min-face PX  longer side of the smallest face to find, ${LEAST_FACE} to ${LARGEST_FACE} pixels of the photo reduced to 1280
                 (default: MIN_FACE, or ${MIN_FACE})
  --adults       everybody in the photos is an adult: only faces that clearly look like a child's get no score

  MODELS_DIR     folder of the models (default .models)
  SCORER_MODEL   a scorer model to use instead of the project's own
  MIN_FACE       the same as --min-face
`;

export interface Arguments {
  paths: string[];
  json: boolean;
  out: string | undefined;
  minFace: number;
  adults: boolean;
}

/** @throws UsageError */
export function readArguments(argv: string[], env: NodeJS.ProcessEnv): Arguments | 'help' {
  const { values, positionals } = readCommandLine(USAGE, {
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      'min-face': { type: 'string' },
      adults: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const minFace = readMinFace(values['min-face'], env.MIN_FACE);
  if (positionals.length === 0) throw new UsageError('Name a photo or a folder of photos.', USAGE);
  if (positionals.filter((path) => path === STDIN).length > 1) {
    throw new UsageError('Standard input (-) can be read only once.', USAGE);
  }
  return { paths: positionals, json: values.json, out: values.out, minFace, adults: values.adults };
}

function readMinFace(option: string | undefined, variable: string | undefined): number {
  const [name, value] = option !== undefined ? ['--min-face', option] : ['MIN_FACE', variable || String(MIN_FACE)];
  const minFace = Number(value);
  if (!Number.isInteger(minFace) || minFace < LEAST_FACE || minFace > LARGEST_FACE) {
    throw new UsageError(`${name} takes a whole number from ${LEAST_FACE} to ${LARGEST_FACE}.`, USAGE);
  }
  return minFace;
}
