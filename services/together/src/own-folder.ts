import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';

/** No other temporary files have names that begin so. */
const PREFIX = 'attrai-run-';

/**
 * A folder of this process among the temporary files, for photos on their way.
 *
 * The process listens on a socket in it. One that was killed can't delete its folder, but nobody listens there any more:
 * that is how the next start knows. A process id in a file would not do, as another process may have it by then.
 */
export class OwnFolder {
  readonly path: string;
  readonly #alive: Server;

  private constructor(path: string, alive: Server) {
    this.path = path;
    this.#alive = alive;
  }

  /**
   * Makes the folder, and deletes those that this user's processes left when they were killed.
   *
   * @throws FatalError `tmp_unusable` if it can't be written to, or no socket can be there: systems limit its path to some
   * 100 bytes.
   */
  static async open(logger: Logger): Promise<OwnFolder> {
    const path = await makeFolder(logger);
    const alive = createServer((socket) => socket.destroy());
    try {
      await once(alive.listen(socketOf(path)), 'listening');
    } catch (cause) {
      await rm(path, { recursive: true, force: true });
      const message = `Can't make a socket in ${tmpdir()}. Set TMPDIR to another folder, of a shorter path.`;
      throw new FatalError('tmp_unusable', message, { cause });
    }
    alive.unref();
    return new OwnFolder(path, alive);
  }

  /** Deletes the folder with all that is in it. */
  async close(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    this.#alive.close();
  }
}

async function makeFolder(logger: Logger): Promise<string> {
  try {
    await deleteAbandoned(logger);
    return await mkdtemp(join(tmpdir(), PREFIX));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `Can't write to ${tmpdir()} (${code}). Set TMPDIR to a folder that this user may write to.`;
    throw new FatalError('tmp_unusable', message, { cause });
  }
}

function socketOf(folder: string): string {
  const path = join(folder, 'alive');
  return process.platform === 'win32' ? join('\\\\?\\pipe', path) : path;
}

async function deleteAbandoned(logger: Logger): Promise<void> {
  const entries = await readdir(tmpdir(), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(PREFIX));
  for (const { name } of folders) {
    const folder = join(tmpdir(), name);
    try {
      if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
    } catch (err) {
      logger.warn({ err, folder }, 'Could not delete what an earlier start left; the next start tries again');
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const { uid } = await stat(folder);
  if (uid !== (process.getuid?.() ?? uid)) return false;
  // An empty one may be of a process that is about to listen there: nothing comes into the folder before.
  if ((await readdir(folder)).length === 0) return false;
  return !(await isListening(socketOf(folder)));
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return !['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    socket.destroy();
  }
}
