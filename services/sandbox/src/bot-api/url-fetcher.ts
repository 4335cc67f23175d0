import { badRequest } from './api-error.ts';

/** Bytes; limit of https://core.telegram.org/bots/api#sending-files for photos by URL. */
const MAX_BYTES = 5 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Fetches photos by URL: from loopback only, unless it may fetch from anywhere. */
export class UrlFetcher {
  #anywhere: boolean;

  constructor(anywhere: boolean) {
    this.#anywhere = anywhere;
  }

  /** Throws ApiError. */
  async fetchPhoto(url: string): Promise<Buffer> {
    if (!URL.canParse(url)) throw badRequest('wrong HTTP URL specified');
    if (!this.#anywhere && !LOOPBACK.includes(new URL(url).hostname)) {
      throw badRequest('failed to get HTTP URL content (the sandbox fetches from loopback only)');
    }
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { redirect: 'error', signal }).catch(() => undefined);
    if (!response?.ok) throw badRequest('failed to get HTTP URL content');
    if (!response.headers.get('content-type')?.startsWith('image/')) {
      throw badRequest('wrong type of the web page content');
    }
    return readAll(response);
  }
}

async function readAll(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BYTES) break;
    }
  } catch {
    throw badRequest('failed to get HTTP URL content');
  }
  if (size > MAX_BYTES) throw badRequest('failed to get HTTP URL content');
  return Buffer.concat(chunks);
}
