import { FinalError } from '@attrai/contracts/errors';
import type { Message } from './broker.ts';

/** A message on the wire: JSON text; with an attachment, that text, one newline and the attachment's bytes. */
export interface Wire {
  contentType: string;
  body: Buffer;
}

const JSON_ONLY = 'application/json';
const JSON_AND_ATTACHMENT = 'application/vnd.attrai.json-and-attachment';

/** The first one ends the JSON, since JSON.stringify writes none. */
const NEWLINE = 0x0a;

/** The largest body that RabbitMQ 4 accepts by default, in bytes. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Throws FinalError `message_too_large` above MAX_BODY_BYTES. */
export function encode({ json, attachment }: Message): Wire {
  const text = Buffer.from(JSON.stringify(json));
  const body = attachment ? Buffer.concat([text, Buffer.of(NEWLINE), attachment]) : text;
  if (body.length > MAX_BODY_BYTES) {
    throw new FinalError('message_too_large', `The message has ${body.length} bytes; ${MAX_BODY_BYTES} are allowed`);
  }
  return { contentType: attachment ? JSON_AND_ATTACHMENT : JSON_ONLY, body };
}

/** Throws FinalError `malformed_message`, which never quotes the body. */
export function decode({ contentType, body }: Wire): Message {
  if (contentType !== JSON_AND_ATTACHMENT) return { json: parse(body) };
  const end = body.indexOf(NEWLINE);
  if (end < 0)
    throw new FinalError('malformed_message', 'The message lacks the attachment that its content type announces');
  return { json: parse(body.subarray(0, end)), attachment: body.subarray(end + 1) };
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new FinalError('malformed_message', `The message is not JSON (${text.length} bytes)`);
  }
}
