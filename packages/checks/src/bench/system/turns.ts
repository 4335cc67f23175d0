import { mean, sum } from 'simple-statistics';
import type { LoadFigures, PlainSpeed } from './figures.ts';

type Load = Omit<LoadFigures, 'shares'>;

/**
 * Measures the plain pipeline and the busy suite in turns. The speed of a machine varies, so each round of the suite is
 * compared with the pipeline before and after it.
 */
export async function measureInTurns(
  rounds: number,
  alone: () => Promise<PlainSpeed>,
  busy: () => Promise<Load>,
): Promise<{ plain: PlainSpeed; load: LoadFigures }> {
  const plains = [await alone()];
  const loads: Load[] = [];
  while (loads.length < rounds) {
    loads.push(await busy());
    plains.push(await alone());
  }
  const shares = loads.map(
    ({ photosPerSecond }, i) => photosPerSecond / meanOf([plains[i]!, plains[i + 1]!]).photosPerSecond,
  );
  const photos = sum(loads.map((load) => load.photos));
  return { plain: meanOf(plains), load: { ...meanOf(loads), photos, shares } };
}

/** The mean of each number in objects of one shape, at any depth. Other values are those of the first object. */
function meanOf<T extends object>(all: T[]): T {
  const [first] = all as [T];
  const entries = Object.entries(first).map(([key, value]) => {
    const values = all.map((one) => one[key as keyof T]);
    if (typeof value === 'number') return [key, mean(values as number[])];
    return [key, typeof value === 'object' ? meanOf(values as object[]) : value];
  });
  return Object.fromEntries(entries) as T;
}
