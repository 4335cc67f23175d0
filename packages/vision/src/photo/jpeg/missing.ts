import type { Component } from './frame.ts';
import type { Seam } from './seam.ts';
import { MARKER } from './segments.ts';
import type { Scan, Walk } from './walk.ts';

/** 17,000 undamaged photos and collages, saved at quality 10 and better, are below 0.65. */
const CERTAIN = 0.7;
/** Less than 1% of photos saved at quality 50 or better are above. */
export const SUSPICIOUS = 0.4;
/** Of a block. */
const COEFFICIENTS = 64;

/**
 * The share of a JPEG's picture that is missing, shifted, tinted or noise, 0 to 1, as far as it can be detected:
 *
 * - baseline: from the first unit that can't be read to the end, for each unit builds on the one before; with restart markers only the
 *   units up to the next of them. If the number of units is wrong, but none of them, the damage is where the seam is, if there is one.
 * - progressive: what comes first is most of the picture. A place is there as soon as it has its mean colours (DC) and all of its brightness
 *   (AC 1 to 63) in their first approximation: the scores of faces of 90 to 300 px are then off by 0.2 to 0.9 of 10, as after saving a
 *   photo as JPEG of quality 50; without AC 6 to 63 by up to 1.5. What comes later brings detail, or a little noise where it is damaged.
 *
 * @param walk undefined for one that cannot be walked: of that everything is missing
 * @param seam of its pixels, if it is one run of units and they are there
 */
export function missingOfJpeg(walk: Walk | undefined, seam?: Seam): number {
  if (walk === undefined) return 1;
  const tint = seam !== undefined && seam.certainty > CERTAIN ? seam.afterCertainty : 0;
  return Math.max(tint, walk.frame.progressive ? missingOfProgressive(walk) : missingOfBaseline(walk, seam));
}

function missingOfBaseline({ scans }: Walk, seam: Seam | undefined): number {
  const isShifted = scans.some(({ misfit, follows }) => misfit && follows !== undefined);
  const shifted = isShifted && seam !== undefined && seam.suspicion > SUSPICIOUS;
  return Math.max(shifted ? seam.afterSuspicion : 0, ...scans.map(({ good }) => 1 - good));
}

function missingOfProgressive({ frame, scans }: Walk): number {
  const [brightness, ...colours] = frame.components;
  const details = Array.from({ length: COEFFICIENTS }, (_, at) => shareOf(scans, brightness!, at));
  return 1 - Math.min(...details, ...colours.map((colour) => shareOf(scans, colour, 0)));
}

/** The share of the picture for which this coefficient of a component has come. */
function shareOf(scans: readonly Scan[], { id }: Component, coefficient: number): number {
  const bringing = scans.filter(({ components, from, to, refines }) => {
    return !refines && from <= coefficient && coefficient <= to && components.some((component) => component.id === id);
  });
  return Math.max(0, ...bringing.map((scan) => (scan.misfit && !isCut(scan) ? 0 : scan.good)));
}

/** Whether the file ends here because it was cut. In a whole progressive file, more follows. */
function isCut({ follows }: Scan): boolean {
  return follows === undefined || follows === MARKER.end;
}
