import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
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
