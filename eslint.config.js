import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Layers that decide and never do: no I/O, clock, randomness or environment. */
const pureLayers = ['base', 'expression', 'workflow', 'engine', 'codec', 'conformance', 'beads', 'loom'].map(
  (layer) => `src/${layer}/**`,
);

export default tseslint.config(
  { ignores: ['build/', 'coverage/', 'dist/', 'examples/', 'test/**/fixtures/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: pureLayers,
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'This layer is pure: no environment.' },
        { name: 'fetch', message: 'This layer is pure: no I/O.' },
        { name: 'setTimeout', message: 'This layer is pure: no clock.' },
        { name: 'setInterval', message: 'This layer is pure: no clock.' },
        { name: 'performance', message: 'This layer is pure: no clock.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'This layer is pure: time arrives in the event.' },
        { object: 'Math', property: 'random', message: 'This layer is pure: ids are hashes of their cause.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'This layer is pure: time arrives in the event.',
        },
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '^(node:)?(?!crypto$)(fs|fs/promises|http|https|net|child_process|os|process|timers|timers/promises|perf_hooks|worker_threads|dns|tls)$',
              message: 'This layer is pure: no I/O.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', fetch: 'readonly' },
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
