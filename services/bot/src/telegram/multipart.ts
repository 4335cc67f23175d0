import { randomUUID } from 'node:crypto';

/** The name of the field that holds the picture. */
export const PICTURE_FIELD = 'photo';

/** A form of `fields`, objects among them as JSON, and a JPEG under a name of ours. The body is in parts, to copy no picture. */
export function multipart(fields: object, picture: Buffer): { contentType: string; body: Buffer[] } {
  const boundary = randomUUID();
  const part = (name: string, more = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n`;
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const head = known.map(([name, value]) => `${part(name)}\r\n${textOf(value)}\r\n`).join('');
  const file = `${part(PICTURE_FIELD, '; filename="scores.jpg"')}content-type: image/jpeg\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: [Buffer.from(head + file), picture, Buffer.from(`\r\n--${boundary}--\r\n`)],
  };
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
