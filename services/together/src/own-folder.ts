import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';

const PREFIX = 'attrai-run-';

/**
 * A temporary folder of this process, for photos on their way.
 *
 * The process listens on a socket in it. If it is killed, its folder remains, but nobody listens: then the next start deletes
 * the folder. A process id in a file would not do, because another process may get that id.
 */
export class OwnFolder {
  readonly path: string;
  readonly #alive: Server;

  private constructor(path: string, alive: Server) {
    this.path = path;
    this.#alive = alive;
  }

  /**
   * Creates the folder, and deletes folders that killed processes of this user have left.
   *
   * @throws FatalError `tmp_unusable` if it can't be written to, or its path is too long for a socket (some 100 bytes).
   */
  static async open(logger: Logger): Promise<OwnFolder> {
    const path = await makeFolder(logger);
    const alive = createServer((socket) => socket.destroy());
    try {
      await once(alive.listen(socketOf(path)), 'listening');
    } catch (cause) {
      await rm(path, { recursive: true, force: true });
      const message = `Can't make a socket in ${tmpdir()}. Set TMPDIR to a folder with a shorter path.`;
      throw new FatalError('tmp_unusable', message, { cause });
    }
    alive.unref();
    return new OwnFolder(path, alive);
  }

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
      logger.warn({ err, folder }, 'Could not delete the folder of an earlier start; the next start tries again');
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const { uid } = await stat(folder);
  if (uid !== (process.getuid?.() ?? uid)) return false;
  // An empty folder may belong to a process that is just starting: its socket is the first file there.
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
