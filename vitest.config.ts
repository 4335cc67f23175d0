import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{services,packages}/*/test/**/*.test.ts', 'deploy/test/**/*.test.ts'],
    globalSetup: ['packages/test-servers/src/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
