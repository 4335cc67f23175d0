import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the tests of a file. It is deleted after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attrai-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
