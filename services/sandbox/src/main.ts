import { readConfig } from '@attrai/config/read-config';
import { createLogger } from '@attrai/telemetry/logger';
import { LOCAL_TOKEN, sandboxConfig } from './config.ts';
import { startSandbox } from './sandbox.ts';

try {
  const { PORT, BOT_TOKEN, SANDBOX_HOST, SANDBOX_NAMES } = readConfig(sandboxConfig, process.env);
  const sandbox = await startSandbox({
    host: SANDBOX_HOST,
    names: SANDBOX_NAMES.split(',').filter((name) => name !== ''),
    port: PORT,
    token: BOT_TOKEN,
    logger: createLogger({ service: 'sandbox' }),
  });
  const token = BOT_TOKEN === LOCAL_TOKEN ? LOCAL_TOKEN : '(yours)';
  process.stdout.write(`The chat is at ${sandbox.url}\n`);
  process.stdout.write(`For a bot: TELEGRAM_API_ROOT=${sandbox.apiRoot} BOT_TOKEN=${token}\n`);
  const stop = () => void sandbox.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
