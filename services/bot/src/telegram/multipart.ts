import { randomUUID } from 'node:crypto';

export const PICTURE_FIELD = 'photo';

/** A form with `fields`, objects as JSON, and a JPEG. The body is in parts, so that the picture is not copied. */
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
