import { FinalError } from '@attrai/contracts/errors';
import type { NotAPhoto } from '../chat/wants.ts';

/** FinalError `not_a_photo`. */
export class NotAPhotoError extends FinalError {
  readonly what: NotAPhoto;

  constructor(what: NotAPhoto) {
    super('not_a_photo', `The file is no photo: ${what}.`);
    this.what = what;
  }
}

/** Files by what they begin with: https://en.wikipedia.org/wiki/List_of_file_signatures */
const BEGINNINGS: [bytes: string, what: NotAPhoto][] = [
  ['GIF8', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['%PDF-', 'pdf'],
  ['\xff\x0a', 'other_image'],
  ['\0\0\0\x0cJXL ', 'other_image'],
  ['8BPS', 'other_image'],
  ['\0\0\x01\0', 'other_image'],
  ['\x1aE\xdf\xa3', 'video'],
  ['ID3', 'voice'],
  ['\xff\xfb', 'voice'],
  ['OggS', 'voice'],
  ['fLaC', 'voice'],
  ['PK\x03\x04', 'document'],
  ['\xd0\xcf\x11\xe0', 'document'],
  ['Rar!', 'document'],
  ['7z\xbc\xaf', 'document'],
];

/** ISO media files by the brands in their first box: https://mp4ra.org/registered-types/brands */
const BRANDS: [brand: RegExp, what: NotAPhoto][] = [
  [/avi[fs]/, 'avif'],
  [/hei[cxms]|hev[cxms]|mif1|msf1/, 'heic'],
  [/^M4[AB] /, 'voice'],
];
const FIRST_BRAND = 8;
const MOST_BYTES = 64;

/** What a file is by its first bytes; undefined for JPEG, PNG, WebP and unknown files. */
export function kindOfFile(file: Buffer): NotAPhoto | undefined {
  const start = file.toString('latin1', 0, MOST_BYTES);
  if (start.slice(4, 8) === 'ftyp') {
    const brands = start.slice(FIRST_BRAND, file.readUInt32BE(0));
    return BRANDS.find(([brand]) => brand.test(brands))?.[1] ?? 'video';
  }
  if (/^RIFF....AVI /s.test(start)) return 'video';
  if (/^RIFF....WAVE/s.test(start)) return 'voice';
  // Two letters may begin other files too. In a BMP the four bytes after the size are 0.
  if (start.startsWith('BM') && start.slice(6, 10) === '\0\0\0\0') return 'bmp';
  return BEGINNINGS.find(([bytes]) => start.startsWith(bytes))?.[1];
}
