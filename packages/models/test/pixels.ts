import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The same noise for the same seed: RGB, width × height. */
export function noise(seed: number, width: number, height: number): Uint8Array {
  const random = xoroshiro128plus(seed);
  return Uint8Array.from({ length: width * height * 3 }, () => uniformInt(random, 0, 255));
}

/** Slow waves of colour, different in each channel and direction: nearer to a photo than noise is. */
export function waves(seed: number, width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const channel = i % 3;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    return 128 + 90 * Math.sin((x * (channel + 1)) / (9 + seed)) + 37 * Math.cos((y + 5 * channel) / (4 + seed));
  });
}
