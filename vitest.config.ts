import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{services,packages}/*/test/**/*.test.ts', 'deploy/test/**/*.test.ts'],
    globalSetup: ['packages/models/test/global-setup.ts', 'packages/test-servers/src/global-setup.ts'],
    // Two on a small machine, since many test files wait for servers more than they compute.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    // On a small machine that is busy with other things, one test takes a minute.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
