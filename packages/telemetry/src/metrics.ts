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
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const reconnections = new Counter({
    name: 'attrai_reconnections_total',
    help: 'Connections that were lost and made again',
    labelNames: ['to'],
    registers,
  });
  for (const to of peers) reconnections.inc({ to }, 0);
  const dropped = new Counter({
    name: 'attrai_log_lines_dropped_total',
    help: 'Log lines that never reached Graylog because its buffer here was full',
    registers,
  });

  return {
    registry,
    reconnected: (to) => reconnections.inc({ to }),
    lineDropped: () => dropped.inc(),
  };
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
  const { name, help, label, ask } = asked;
  let asking: Promise<Record<string, number>> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  function answer(): Promise<Record<string, number>> {
    if (asking && performance.now() - askedAt < FRESH_MS) return asking;
    askedAt = performance.now();
    const mine = ask().catch(() => ({}));
    asking = mine;
    return mine;
  }

  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await inTime(answer());
      this.reset();
      for (const [value, amount] of Object.entries(values))
        this.set({ [label]: value } as Record<Label, string>, amount);
    },
  });
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
