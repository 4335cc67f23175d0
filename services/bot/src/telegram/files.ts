import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { type HttpClient, readBody } from './http-client.ts';
import { OnceAMinute } from './once-a-minute.ts';

export interface FilesOptions {
  token: string;
  /** The server that serves files: the Bot API server itself, or that of TELEGRAM_FILE_ROOT. */
  http: HttpClient;
  /** Where the files are on this machine: TELEGRAM_FILES_DIR. */
  dir?: string | undefined;
  servedBy: 'telegram' | 'TELEGRAM_FILE_ROOT' | 'own server';
  /** Gets what the operator must do so that files can be read, at most once a minute. */
  onProblem?(problem: string): void;
}

const TIMEOUT_MS = 40_000;

/**
 * Gets files by the `file_path` of getFile. That is a path below the server's URL, or, with `--local`, one on the server's disk:
 * `<working folder>/<token>/...` (https://github.com/tdlib/telegram-bot-api, Client.cpp). Paths may hold the token, so no error
 * has one.
 */
export class Files {
  #options: FilesOptions;
  #problem: string | undefined;
  #telling = new OnceAMinute();
  /** Whether a file could be read before. If so, a missing file is gone; if not, the settings are wrong. */
  #hadOne: boolean;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#hadOne = options.servedBy === 'telegram';
  }

  /** Why the last file could not be read, and what to set; undefined if it could. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Throws FinalError `file_too_large` (more than `maxBytes`), `file_gone` or `files_out_of_reach`, RetryableError
   * `download_failed` or `proxy_failed`.
   */
  async get(path: string, maxBytes: number): Promise<Buffer> {
    const { dir, servedBy } = this.#options;
    let bytes: Buffer | undefined;
    if (dir !== undefined) bytes = await this.#read(dir, path, maxBytes);
    else if (isAbsolute(path) && servedBy !== 'TELEGRAM_FILE_ROOT') throw this.#outOfReach(ON_ITS_DISK);
    else bytes = await this.#download(path, maxBytes);
    this.#hadOne = true;
    this.#problem = undefined;
    if (bytes) return bytes;
    throw new FinalError('file_too_large', `The file has more than ${maxBytes} bytes.`);
  }

  /** Undefined if there are more than `maxBytes`. */
  async #download(path: string, maxBytes: number): Promise<Buffer | undefined> {
    const { token, http, servedBy } = this.#options;
    const below = isAbsolute(path) ? (afterToken(path, token) ?? path.slice(1)) : path;
    const url = `file/bot${token}/${below.split('/').map(encodeURIComponent).join('/')}`;
    try {
      const response = await http.ask({ method: 'GET', path: url, timeoutMs: TIMEOUT_MS });
      const { statusCode } = response;
      if (statusCode === 200) return await readBody(response, maxBytes);
      response.destroy();
      if (statusCode === 404) throw this.#missing(servedBy === 'TELEGRAM_FILE_ROOT' ? NOT_AT_FILE_ROOT : NOT_SERVED);
      throw new RetryableError('download_failed', `The download was answered with ${statusCode}. Try again.`);
    } catch (error) {
      if (error instanceof FinalError || error instanceof RetryableError) throw error;
      const { name, code } = error as NodeJS.ErrnoException;
      throw new RetryableError('download_failed', `The download broke off (${code ?? name}). Try again.`);
    }
  }

  /** Undefined if it has more than `maxBytes`. Reads nothing outside of `dir`, wherever links in it lead. */
  async #read(dir: string, path: string, maxBytes: number): Promise<Buffer | undefined> {
    const place = placeOf(dir, path, this.#options.token);
    if (place === undefined) throw this.#outOfReach(OUTSIDE);
    try {
      const [folder, file] = await Promise.all([realpath(dir), realpath(place)]);
      if (!file.startsWith(join(folder, sep))) throw this.#outOfReach(OUTSIDE);
      await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = await handle.stat();
      if (!stats.isFile()) throw this.#outOfReach(notInFolder('EISDIR'));
      return stats.size > maxBytes ? undefined : await handle.readFile();
    } catch (error) {
      if (error instanceof FinalError) throw error;
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      const problem = notInFolder(code);
      throw code === 'ENOENT' ? this.#missing(problem) : this.#outOfReach(problem);
    }
  }

  #missing(problem: string): FinalError {
    return this.#hadOne ? new FinalError('file_gone', 'Telegram has the file no more.') : this.#outOfReach(problem);
  }

  #outOfReach(problem: string): FinalError {
    this.#problem = problem;
    if (this.#telling.mayPass()) this.#options.onProblem?.(problem);
    return new FinalError('files_out_of_reach', 'The Bot API server has the file where the bot does not get at it.');
  }
}

const MOUNT = "Mount the Bot API server's working folder, and set TELEGRAM_FILES_DIR to where it is mounted";
const SERVE = 'have a web server serve that folder, and set TELEGRAM_FILE_ROOT to its URL';
const ON_ITS_DISK = `The Bot API server names files on its own disk (--local). ${MOUNT}. Or ${SERVE}.`;
const NOT_SERVED = `The Bot API server of TELEGRAM_API_ROOT serves no files. ${MOUNT}. Or ${SERVE}.`;
const OUTSIDE = `The Bot API server names a file outside of TELEGRAM_FILES_DIR. ${MOUNT}.`;
const NOT_AT_FILE_ROOT =
  'TELEGRAM_FILE_ROOT does not have the file the Bot API server named. It must serve <working folder>/<token>/<path> as /file/bot<token>/<path>.';

/** @param code of the system's error */
function notInFolder(code: string): string {
  const what = 'TELEGRAM_FILES_DIR does not have the file the Bot API server named, or not for this user';
  return `${what} (${code}). ${MOUNT}, so that the bot may read what is in it.`;
}

/** Where a file is in `dir`; undefined if it can't be in there. `dir` may be mounted from another path of the server's. */
function placeOf(dir: string, path: string, token: string): string | undefined {
  if (path.split(/[\\/]/).includes('..') || path.includes('\0')) return undefined;
  if (path.startsWith(join(dir, sep))) return path;
  const below = isAbsolute(path) ? afterToken(path, token) : path;
  return below === undefined ? undefined : join(dir, token, below);
}

/** What comes after the folder of this bot. */
function afterToken(path: string, token: string): string | undefined {
  const folder = `/${token}/`;
  const at = path.indexOf(folder);
  return at === -1 ? undefined : path.slice(at + folder.length);
}
