import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    conditions: ['blockyard-source', 'node'],
    alias: [
      { find: /^fast-check$/, replacement: resolve(import.meta.dirname, 'test/fast-check.ts') },
    ],
  },
  ssr: { resolve: { conditions: ['blockyard-source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: 'test/build-once.ts',
    testTimeout: 60_000,
    // Two cores are what there is at least; by default one of them would look on.
    maxWorkers: 2,
  },
});
