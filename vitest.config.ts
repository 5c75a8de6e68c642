import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most files wait for git and for servers of their own: a worker for each core, where vitest would spare one.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
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
