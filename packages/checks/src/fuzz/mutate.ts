import { Random } from '../harness/random.ts';
import { ANY_FILE } from './mutations/any-file.ts';
import { JPEG } from './mutations/jpeg.ts';
import type { Mutation } from './mutations/mutation.ts';
import { PNG } from './mutations/png.ts';
import { WEBP } from './mutations/webp.ts';
import type { Source } from './sources.ts';

interface Mutant {
  bytes: Buffer;
  /** Its source and its mutations. */
  made: string;
}

const BY_FORMAT: Record<Source['format'], Record<string, Mutation>> = { jpeg: JPEG, png: PNG, webp: WEBP };

/** Photo `number` of the run with this seed, always the same: a source with one to three mutations. */
export function mutant(sources: readonly Source[], seed: number, number: number): Mutant {
  const random = new Random(seed, number);
  const source = random.pick(sources);
  const others = sources.map(({ bytes }) => bytes);
  const steps: string[] = [];
  let bytes = source.bytes;
  for (let left = 1 + random.whole(3); left > 0; left--) {
    const [name, mutation] = random.pick(Object.entries(random.oneIn(3) ? ANY_FILE : BY_FORMAT[source.format]));
    bytes = mutation(bytes, random, others);
    steps.push(name);
  }
  return { bytes, made: `${source.name}: ${steps.join(', ')}` };
}
