import { openRaw, type Raw } from '../raw.ts';
import type { Random } from './random.ts';

/** Most are grey. */
const SATURATIONS = [0.01, 0.01, 0.3, 0.6, 1.3];
const TINTS = [
  [0, 0, 0],
  [18, 6, -14],
  [14, 2, -6],
  [-4, 4, 6],
  [10, -4, 0],
] as const;

/** Makes a photo look like the scan of an old print: soft, faded, grey or tinted, grainy. @param softness 1 for a face of 150 px */
export async function oldPrint(photo: Raw, softness: number, random: Random): Promise<Raw> {
  const print = await openRaw(photo)
    .blur(Math.max(0.3, softness * random.between(0.4, 1.6)))
    .modulate({ saturation: random.pick(SATURATIONS) })
    .linear(random.between(0.6, 1.05), random.between(5, 55))
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const tint = random.pick(TINTS);
  const grain = 1.4 * random.between(2, 13);
  const scanned = new Uint8ClampedArray(print.length);
  for (let i = 0; i < print.length; i += 3) {
    // The sum of three uniform numbers is close enough to a normal distribution.
    const light = grain * (random.between(-0.5, 0.5) + random.between(-0.5, 0.5) + random.between(-0.5, 0.5));
    tint.forEach((shift, channel) => {
      scanned[i + channel] = print[i + channel]! + shift + light;
    });
  }
  return { ...photo, data: new Uint8Array(scanned.buffer) };
}
