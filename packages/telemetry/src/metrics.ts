import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Servers that a process connects to. */
export type Peer = 'rabbitmq' | 'redis' | 'telegram';

/** From one run of a small net to the longest deadline, in seconds. */
export const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** What every service counts. No label of any metric contains a user, a chat, a request's id, a file name or a secret. */
export interface ProcessMetrics {
  /** A service adds its own metrics. The health server serves all. */
  readonly registry: Registry;
  /** A lost connection is open again. */
  reconnected(to: Peer): void;
  /** A log line was dropped because the buffer for Graylog was full. */
  lineDropped(): void;
}

/** Counts connections, log lines, and what prom-client measures of Node (RSS, CPU, event loop, heap). */
export function createProcessMetrics(peers: readonly Peer[]): ProcessMetrics {
  return new ProcessCounters(peers);
}

class ProcessCounters implements ProcessMetrics {
  readonly registry = new Registry();
  #reconnections = new Counter({
    name: 'attrai_reconnections_total',
    help: 'Connections that were lost and made again',
    labelNames: ['to'],
    registers: [this.registry],
  });
  #dropped = new Counter({
    name: 'attrai_log_lines_dropped_total',
    help: 'Log lines that never reached Graylog because its buffer here was full',
    registers: [this.registry],
  });

  constructor(peers: readonly Peer[]) {
    collectDefaultMetrics({ register: this.registry });
    for (const to of peers) this.#reconnections.inc({ to }, 0);
  }

  reconnected(to: Peer): void {
    this.#reconnections.inc({ to });
  }

  lineDropped(): void {
    this.#dropped.inc();
  }
}

export interface AskedGauge<Label extends string> {
  name: string;
  help: string;
  label: Label;
  /** The gauge's value for each value of the label. */
  ask(): Promise<Record<string, number>>;
}

/** Scrapes within this time share an answer, in milliseconds. */
const FRESH_MS = 5_000;
/** How long a scrape waits for an answer, in milliseconds. Prometheus itself gives up after 10 s. */
const PATIENCE_MS = 2_000;

/**
 * Adds a gauge whose values another server is asked for at each scrape. If the answer takes longer than 2 s, the values are
 * missing from that scrape, rather than old or zero.
 */
export function addAskedGauge<Label extends string>(registry: Registry, asked: AskedGauge<Label>): void {
  const { name, help, label } = asked;
  const answers = new SharedAnswers(() => asked.ask());
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await inTime(answers.next());
      this.reset();
      for (const [value, amount] of Object.entries(values))
        this.set({ [label]: value } as Record<Label, string>, amount);
    },
  });
}

/** Answers of a server, each for all who ask within FRESH_MS. */
class SharedAnswers {
  #ask: () => Promise<Record<string, number>>;
  #latest: Promise<Record<string, number>> | undefined;
  /** In milliseconds of performance.now(). */
  #askedAt = 0;

  constructor(ask: () => Promise<Record<string, number>>) {
    this.#ask = ask;
  }

  next(): Promise<Record<string, number>> {
    if (this.#latest && performance.now() - this.#askedAt < FRESH_MS) return this.#latest;
    this.#askedAt = performance.now();
    this.#latest = this.#ask().catch(() => ({}));
    return this.#latest;
  }
}

async function inTime(answer: Promise<Record<string, number>>): Promise<Record<string, number>> {
  const { promise: tooLate, resolve } = Promise.withResolvers<Record<string, number>>();
  const timer = setTimeout(() => resolve({}), PATIENCE_MS);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
