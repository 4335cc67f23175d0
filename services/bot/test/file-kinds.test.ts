import { expect, test } from 'vitest';
import { kindOfFile } from '../src/intake/file-kind.ts';
import { kindByLabel } from '../src/telegram/file-label.ts';
import { openWorld, PHOTO } from './world.ts';

const CHAT = 4711;
const bytes = (start: string) => Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(200)]);
/** An ISO media file by the brands in its first box. */
const ftyp = (...brands: string[]) =>
  bytes(
    `\0\0\0${String.fromCharCode(16 + 4 * (brands.length - 1))}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`,
  );

test.each([
  ['image/jpeg', 'a.jpg'],
  ['image/jpg', undefined],
  ['image/pjpeg', undefined],
  ['IMAGE/PNG', 'a'],
  ['image/webp', 'a.bin'],
  [undefined, 'A.JPG'],
  [undefined, undefined],
  ['', ''],
  ['application/octet-stream', undefined],
  ['application/octet-stream', 'IMG_1.jpeg'],
  ['application/octet-stream', 'no ending'],
  ['application/octet-stream', 'IMG_1.HEIC'],
  [undefined, 'a.heif'],
  [undefined, 'a.gif'],
  ['text/plain', 'IMG_1.jpg'],
  ['text/plain', 'IMG_1'],
  ['text/plain; charset=utf-8', undefined],
  ['image/heic', 'IMG_1.JPG'],
  ['image/*', undefined],
])('the contents tell of a file of type %j that is called %j', (type, name) => {
  expect(kindByLabel(type, name)).toBeUndefined();
});

test.each([
  ['text/plain', 'a.txt', 'document'],
  ['application/pdf', undefined, 'pdf'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'a', 'document'],
  ['application/octet-stream', 'a.docx', 'document'],
  ['image/heif', undefined, 'heic'],
  ['image/avif', undefined, 'avif'],
  ['image/gif', undefined, 'gif'],
  ['image/tiff', 'a', 'tiff'],
  ['image/x-ms-bmp', 'a', 'bmp'],
  ['image/svg+xml', 'a.svg', 'other_image'],
  ['video/mp4', undefined, 'video'],
  [undefined, 'a.mov', 'video'],
  ['audio/mpeg', undefined, 'voice'],
])('a file of type %j that is called %j is %s without a look at it', (type, name, what) => {
  expect(kindByLabel(type, name)).toBe(what);
});

test.each([
  ['gif', bytes('GIF89a')],
  ['tiff', bytes('II*\0')],
  ['tiff', bytes('MM\0*')],
  ['bmp', bytes('BM\x36\x10\0\0')],
  ['pdf', bytes('%PDF-1.7')],
  ['heic', ftyp('heic', 'mif1', 'heic')],
  ['heic', ftyp('mif1', 'heix')],
  ['avif', ftyp('avif', 'mif1', 'miaf')],
  ['avif', ftyp('mif1', 'avif')],
  ['video', ftyp('isom', 'mp41')],
  ['video', ftyp('qt  ')],
  ['voice', ftyp('M4A ')],
  ['video', bytes('RIFF\x01\x02\x03\x04AVI ')],
  ['voice', bytes('RIFF\x0a\x02\x03\x04WAVE')],
  ['document', bytes('PK\x03\x04')],
  ['other_image', bytes('8BPS')],
  [undefined, bytes('RIFF\x01\x02\x03\x04WEBP')],
  [undefined, bytes('BMW drivers')],
  [undefined, bytes('hello')],
  [undefined, Buffer.alloc(0)],
])('finds %s by the first bytes', (what, file) => {
  expect(kindOfFile(file)).toBe(what);
});

test.each([
  ['application/octet-stream', 'no ending'],
  ['image/pjpeg', 'IMG_1'],
  ['text/plain', 'IMG_1.jpg'],
  ['application/octet-stream', 'IMG_1.HEIC'],
])('a photo that comes as %s, called %j, is scored', async (type, name) => {
  await using world = await openWorld();
  await world.page.send(CHAT, { document: { bytes: PHOTO, name, type } });
  expect(await world.page.untilSaid(CHAT, /6\.3/)).toHaveProperty('photo_url');
});

const WORDS: [what: string, file: Buffer, words: RegExp][] = [
  ['a HEIC', ftyp('heic', 'mif1'), /can't read HEIC files/],
  ['an AVIF', ftyp('avif'), /can't read AVIF files/],
  ['a TIFF', bytes('II*\0'), /can't read TIFF files/],
  ['a PDF', bytes('%PDF-1.7'), /A PDF is not a picture I can read/],
  ['a video', ftyp('isom'), /can't look at videos/],
  ['nothing known', bytes('hello'), /no JPEG, PNG or WebP, or it is damaged/],
];

test('what comes without a label is told what it is, and goes to no estimator if that is known', async () => {
  await using world = await openWorld({ estimate: async () => 'unreadable' });
  for (const [, file, words] of WORDS) {
    const document = { bytes: file, name: 'x', type: 'application/octet-stream' };
    const sent = await world.page.send(CHAT, { document });
    expect(await world.page.untilSaid(CHAT, words)).toMatchObject({ reply_to: sent });
  }
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
  expect(await world.page.fromBot(CHAT)).toHaveLength(WORDS.length);
});

test('files that are clearly no picture, and those of a group that nobody asks for, are not downloaded', async () => {
  await using world = await openWorld();
  const unlabelled = { bytes: PHOTO, name: 'x', type: 'application/octet-stream' };
  await world.page.send(-100, { userId: 7, document: unlabelled });
  await world.page.send(CHAT, { document: { bytes: PHOTO, name: 'a.pdf', type: 'application/pdf' } });
  await world.page.untilSaid(CHAT, /A PDF/);
  expect((await world.page.stats()).calls.getFile).toBeUndefined();
});
