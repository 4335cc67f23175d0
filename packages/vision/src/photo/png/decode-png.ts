import { refuseIncomplete } from '../limits.ts';
import { isTimeout, type ToPixels } from '../to-pixels.ts';
import { mendPng, missingOfPng } from './mend.ts';

/** @throws FinalError `unreadable`, and what sharp throws */
export async function decodePng(png: Uint8Array, toPixels: ToPixels) {
  try {
    return await toPixels(png);
  } catch (error) {
    if (isTimeout(error)) throw error;
  }
  refuseIncomplete(await missingOfPng(png));
  return toPixels(await mendPng(png));
}
