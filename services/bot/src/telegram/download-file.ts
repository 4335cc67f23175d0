import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { FinalError, RetryableError } from '@attrai/contracts/errors';

const TIMEOUT_MS = 40_000;

/**
 * Downloads at most `maxBytes`. The URL holds the bot's token: it is in no error.
 *
 * Throws FinalError `file_too_large` or `file_gone`, RetryableError `download_failed`.
 */
export async function downloadFile(url: URL, maxBytes: number): Promise<Buffer> {
  try {
    const response = await get(url);
    const { statusCode } = response;
    if (statusCode === 200) return await readAtMost(response, maxBytes);
    response.destroy();
    if (statusCode === 404) throw new FinalError('file_gone', 'Telegram has the file no more.');
    throw new RetryableError('download_failed', `The download was answered with ${statusCode}. Try again.`);
  } catch (error) {
    if (error instanceof FinalError || error instanceof RetryableError) throw error;
    const { name, code } = error as NodeJS.ErrnoException;
    throw new RetryableError('download_failed', `The download broke off (${code ?? name}). Try again.`);
  }
}

/** Not by `fetch`: that is a second HTTP client beside the one telegraf uses, of some megabytes. */
function get(url: URL): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    request(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }, resolve)
      .on('error', reject)
      .end();
  });
}

async function readAtMost(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early cancels the download.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new FinalError('file_too_large', `The file has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
