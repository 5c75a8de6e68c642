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
      thresholds: { branches: 95 },
    },
  },
});
