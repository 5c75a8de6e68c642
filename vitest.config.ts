import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const LONG = 'test/**/*.long.test.ts';

export default defineConfig({
  test: {
    // Most files wait for git and for servers of their own: a worker for each core, where vitest would spare one.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // `npm test` runs the first; whole systems of many processes are in the second, `npm run test:long`.
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [LONG] } },
      { extends: true, test: { name: 'long', include: [LONG] } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/expression/**', 'src/workflow/**', 'src/engine/**', 'src/codec/**'],
      reporter: ['text'],
      // The layers that decide: each of them, not only their sum.
      thresholds: {
        'src/expression/**': { branches: 95 },
        'src/workflow/**': { branches: 95 },
        'src/engine/**': { branches: 95 },
        'src/codec/**': { branches: 95 },
      },
    },
  },
});
