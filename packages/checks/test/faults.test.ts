import { ensureModels } from '@attrai/models/build';
import { modelsDir } from '@attrai/models/models-dir';
import { afterAll, describe, expect, test } from 'vitest';
import { FAULTS } from '../src/faults/faults/catalogue.ts';
import { runLanes } from '../src/faults/lanes.ts';
import type { Row } from '../src/faults/row.ts';
import { table } from '../src/faults/table.ts';

// A short form of `pnpm test:faults`: all faults, with fewer photos, shorter outages and several suites side by side.

const LIMIT_MS = 900_000;
const opened = new AsyncDisposableStack();
const rows = new Map(FAULTS.map(({ name }) => [name, Promise.withResolvers<Row>()]));

async function run(): Promise<void> {
  await ensureModels({ dir: modelsDir() });
  const all = await runLanes({
    faults: FAULTS,
    lanes: 3,
    photos: 30,
    users: 10,
    rate: 8,
    outageMs: 4_000,
    quietWithinMs: 120_000,
    onProgress() {},
    onRow: (row) => rows.get(row.fault)?.resolve(row),
    opened,
  });
  console.log(table(all));
}

const done = run().catch((error) => {
  for (const row of rows.values()) row.reject(error);
});

afterAll(async () => {
  await done;
  await opened.disposeAsync();
});

describe('each accepted photo is answered once and leaves nothing behind if', () => {
  test.each(FAULTS.map(({ name }) => name))('%s', { timeout: LIMIT_MS }, async (name) => {
    const { problems, details, skipped } = await rows.get(name)!.promise;
    if (skipped !== undefined) console.log(`Not tried: ${name}: ${skipped}`);
    expect([...problems, ...details]).toEqual([]);
  });
});
