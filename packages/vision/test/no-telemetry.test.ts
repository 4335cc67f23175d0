import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const onnx = pathToFileURL(join(import.meta.dirname, '../src/onnx.ts')).href;

test('making a session starts no telemetry of ONNX Runtime and leaves no file', () => {
  const home = mkdtempSync(join(tmpdir(), 'attrai-home-'));
  try {
    // Even a session that fails would start it.
    const script = `import { openSession } from '${onnx}';
      await openSession('no-such.onnx', { threads: 1, varyingShapes: true }).catch(() => {});`;
    // ONNX Runtime sends nothing in CI and test runs: this environment does not look like one.
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home };
    const args = ['--input-type=module', '-e', script];
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(home, { recursive: true })).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
