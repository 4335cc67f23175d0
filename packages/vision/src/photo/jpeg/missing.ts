import type { Component } from './frame.ts';
import type { Seam } from './seam.ts';
import { MARKER } from './segments.ts';
import type { Scan, Walk } from './walk.ts';

/** A seam's certainty above which the picture is damaged. 17,000 undamaged photos and collages, saved at quality 10 or better, are below 0.65. */
const CERTAIN = 0.7;
/** A seam's suspicion above which the file is examined. Less than 1% of photos saved at quality 50 or better are above. */
export const SUSPICIOUS = 0.4;
/** The coefficients of a block. */
const COEFFICIENTS = 64;

/**
 * The share of a JPEG's picture that is missing, shifted, tinted or noise, 0 to 1, as far as that can be detected.
 *
 * - Baseline: everything from the first unit that can't be read, since each unit builds on the one before; with restart markers, up to the
 *   next marker. If all units can be read but their number is wrong, the damage begins at the seam, if there is one.
 * - Progressive: the first scans hold most of the picture. A place counts as present once it has its mean colours (DC) and all its brightness
 *   (AC 1 to 63) in a first approximation. The scores of faces of 90 to 300 px are then off by 0.2 to 0.9 of 10, as in a JPEG of quality
 *   50; without AC 6 to 63, by up to 1.5. Later scans add detail, or a little noise where they are damaged.
 *
 * @param walk undefined for a file that cannot be walked: everything is missing then
 * @param seam of the decoded pixels, if the file is a single run of units
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

/** The share of the picture that has this coefficient of a component. */
function shareOf(scans: readonly Scan[], { id }: Component, coefficient: number): number {
  const bringing = scans.filter(({ components, from, to, refines }) => {
    return !refines && from <= coefficient && coefficient <= to && components.some((component) => component.id === id);
  });
  return Math.max(0, ...bringing.map((scan) => (scan.misfit && !isCut(scan) ? 0 : scan.good)));
}

/** Whether the file was cut in this scan. In a whole progressive file, more scans follow. */
function isCut({ follows }: Scan): boolean {
  return follows === undefined || follows === MARKER.end;
}
