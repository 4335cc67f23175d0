import { FinalError, RetryableError } from '@attrai/contracts/errors';

const TIMEOUT_MS = 40_000;

/**
 * Downloads at most `maxBytes`. The URL holds the bot's token: it is in no error.
 *
 * Throws FinalError `file_too_large` or `file_gone`, RetryableError `download_failed`.
 */
export async function downloadFile(url: URL, maxBytes: number): Promise<Buffer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) throw new FinalError('file_gone', 'Telegram has the file no more.');
    if (!response.ok || !response.body) {
      throw new RetryableError('download_failed', `The download was answered with ${response.status}. Try again.`);
    }
    return await readAtMost(response.body, maxBytes);
  } catch (error) {
    if (error instanceof FinalError || error instanceof RetryableError) throw error;
    const { name, cause } = error as Error & { cause?: { code?: unknown } };
    const reason = typeof cause?.code === 'string' ? cause.code : name;
    throw new RetryableError('download_failed', `The download broke off (${reason}). Try again.`);
  }
}

async function readAtMost(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the download.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new FinalError('file_too_large', `The file has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
