import { lookup } from 'node:dns/promises';

export interface WorkDone {
  /** Work of each estimator since its start. */
  byAddress: Map<string, { photos: number; seconds: number }>;
}

const PATIENCE_MS = 2_000;

/** Asks all addresses of the host of `metricsUrl`. Estimators that don't answer are left out. */
export async function readWorkDone(metricsUrl: string): Promise<WorkDone> {
  const { hostname } = new URL(metricsUrl);
  const addresses = await lookup(hostname, { all: true, family: 4 }).catch(() => []);
  const byAddress: WorkDone['byAddress'] = new Map();
  await Promise.all(
    addresses.map(async ({ address }) => {
      const url = Object.assign(new URL(metricsUrl), { hostname: address });
      const text = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
        .then((response) => (response.ok ? response.text() : undefined))
        .catch(() => undefined);
      if (text !== undefined) byAddress.set(address, parseWork(text));
    }),
  );
  return { byAddress };
}

/** Reads photos and seconds from an estimator's metrics in Prometheus' text format. */
export function parseWork(metrics: string): { photos: number; seconds: number } {
  let photos = 0;
  let seconds = 0;
  for (const line of metrics.split('\n')) {
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (line.startsWith('attrai_photos_estimated_total{')) photos += value;
    if (line.startsWith('attrai_busy_seconds_total ')) seconds += value;
  }
  return { photos, seconds };
}

/**
 * Work between two readings. A restarted estimator counts from its start. An estimator without an earlier reading is left
 * out, because its numbers may cover days.
 */
export function workBetween(before: WorkDone, after: WorkDone): { photos: number; seconds: number } {
  let photos = 0;
  let seconds = 0;
  for (const [address, now] of after.byAddress) {
    const then = before.byAddress.get(address);
    if (then === undefined) continue;
    const same = then.photos <= now.photos && then.seconds <= now.seconds;
    photos += now.photos - (same ? then.photos : 0);
    seconds += now.seconds - (same ? then.seconds : 0);
  }
  return { photos, seconds };
}
