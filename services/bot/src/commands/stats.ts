import type { Broker } from '@attrai/broker/broker';
import { patiently } from '@attrai/contracts/patiently';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import type { Logger } from '@attrai/telemetry/logger';
import type { Envelope } from '../requests/envelope.ts';
import type { RequestBook } from '../requests/request-book.ts';
import type { Tally } from '../tally.ts';
import type { Language } from '../texts/language.ts';
import { TEXTS } from '../texts/languages.ts';

export interface StatsParts {
  /** Ids of the users who may ask. */
  admins: ReadonlySet<string>;
  broker: Pick<Broker, 'depth' | 'consumers'>;
  book: RequestBook<Envelope>;
  tally: Pick<Tally, 'answers' | 'seconds'>;
  version: string;
  logger: Logger;
  stopping: AbortSignal;
}

/** How long to wait for a server that is away, as the admin waits for an answer. */
const PATIENCE_MS = 2_000;

/** What the bot and its queue are doing. A figure whose server is away is left out. */
export async function tellStats(language: Language, parts: StatsParts): Promise<string> {
  const { broker, book, tally, version, logger, stopping } = parts;
  const ask = (figure: () => Promise<number>) =>
    patiently(figure, stopping, PATIENCE_MS).catch((err) => {
      logger.debug({ err }, 'A figure of /stats could not be had');
      return undefined;
    });
  const [inWork, waiting, estimators] = await Promise.all([
    ask(() => book.total()),
    ask(() => broker.depth(TO_ESTIMATE)),
    ask(() => broker.consumers(TO_ESTIMATE)),
  ]);
  const answers = [...tally.answers].sort(([, a], [, b]) => b - a);
  return TEXTS[language].stats({ version, seconds: tally.seconds, inWork, waiting, estimators, answers });
}
