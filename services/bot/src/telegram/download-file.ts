import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { type HttpClient, readBody } from './http-client.ts';

const TIMEOUT_MS = 40_000;

/**
 * Downloads at most `maxBytes`. The path holds the bot's token: it is in no error.
 *
 * Throws FinalError `file_too_large` or `file_gone`, RetryableError `download_failed`.
 */
export async function downloadFile(http: HttpClient, path: string, maxBytes: number): Promise<Buffer> {
  try {
    const response = await http.ask({ method: 'GET', path, timeoutMs: TIMEOUT_MS });
    const { statusCode } = response;
    if (statusCode !== 200) {
      response.destroy();
      if (statusCode === 404) throw new FinalError('file_gone', 'Telegram has the file no more.');
      throw new RetryableError('download_failed', `The download was answered with ${statusCode}. Try again.`);
    }
    const bytes = await readBody(response, maxBytes);
    if (bytes) return bytes;
    throw new FinalError('file_too_large', `The file has more than ${maxBytes} bytes.`);
  } catch (error) {
    if (error instanceof FinalError || error instanceof RetryableError) throw error;
    const { name, code } = error as NodeJS.ErrnoException;
    throw new RetryableError('download_failed', `The download broke off (${code ?? name}). Try again.`);
  }
}
