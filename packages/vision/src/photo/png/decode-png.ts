import type { Pixels } from '../../pixels.ts';
import { refuseIncomplete } from '../limits.ts';
import { isTimeout, type PixelDecoder } from '../pixel-decoder.ts';
import { mendPng, missingOfPng } from './mend.ts';

/** @throws FinalError `unreadable`, and what sharp throws */
export async function decodePng(png: Uint8Array, decoder: PixelDecoder): Promise<Pixels> {
  try {
    return await decoder.decode(png);
  } catch (error) {
    if (isTimeout(error)) throw error;
  }
  refuseIncomplete(await missingOfPng(png));
  return decoder.decode(await mendPng(png));
}
