import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const onnx = pathToFileURL(join(import.meta.dirname, '../src/onnx.ts')).href;

test('making a session starts no telemetry of ONNX Runtime: no id of the device, no log of its sender', () => {
  const home = mkdtempSync(join(tmpdir(), 'attrai-home-'));
  try {
    // Even a session that can't be made starts it.
    const script = `import { openSession } from '${onnx}';
      await openSession('no-such.onnx', { threads: 1, varyingShapes: true }).catch(() => {});`;
    // CI and test runs are spared by ONNX Runtime itself; users are not.
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home };
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(home, { recursive: true })).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
