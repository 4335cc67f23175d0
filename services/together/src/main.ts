import { readConfig } from '@attrai/config/read-config';
import { ensureModels, type Progress } from '@attrai/models/build';
import { createLogger } from '@attrai/telemetry/logger';
import { redact } from '@attrai/telemetry/redact';
import { Shutdown } from '@attrai/telemetry/shutdown';
import { banner } from './banner.ts';
import { togetherConfig } from './config.ts';
import { plainLines } from './plain-lines.ts';
import { startTogether } from './start-together.ts';

/** The user has pressed Ctrl-C and waits. */
const GRACE_MS = 8_000;

const opened = new AsyncDisposableStack();
try {
  const config = readConfig(togetherConfig);
  const logger = createLogger({
    service: 'together',
    level: config.LOG_LEVEL,
    graylogUrl: config.GRAYLOG_URL,
    ...(process.stdout.isTTY && { destination: plainLines(process.stderr) }),
  });
  const shutdown = new Shutdown({ logger, stop: () => opened.disposeAsync(), graceMs: GRACE_MS });

  await ensureModels({ dir: config.MODELS_DIR, onProgress: showProgress });
  const running = await startTogether({ config, logger, opened, onFatal: shutdown.fail });
  process.stdout.write(banner(running));
} catch (error) {
  // After Ctrl-C during the start, errors come from closing what was opened.
  if (!opened.disposed) {
    process.stderr.write(`\n${redact(error instanceof Error ? error.message : String(error))}\nNothing was started.\n`);
    await opened.disposeAsync();
    process.exit(1);
  }
}

function showProgress({ done, total, file }: Progress): void {
  process.stderr.write(`building the models: ${done} of ${total} (${file})\n`);
}
