import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatJobLine, parseJobLine } from '../../src/codec/job-line.ts';
import type { JobLine } from '../../src/engine/state.ts';
import { jobLine } from './arbitraries/run.ts';

test.each<[text: string, line: JobLine]>([
  ['queued', { status: 'queued', conclusion: null, result: null }],
  ['in_progress', { status: 'in_progress', conclusion: null, result: null }],
  ['completed success', { status: 'completed', conclusion: 'success', result: 'success' }],
  ['completed failure as success', { status: 'completed', conclusion: 'failure', result: 'success' }],
])('%s', (text, line) => {
  expect(formatJobLine(line)).toBe(text);
  expect(parseJobLine(text)).toEqual(line);
});

test('a line without a result of its own has its conclusion for a result', () => {
  expect(formatJobLine({ status: 'completed', conclusion: 'skipped', result: null })).toBe(
    'completed skipped',
  );
  expect(parseJobLine('completed skipped').result).toBe('skipped');
});

test('every line comes back as it was written', () => {
  fc.assert(
    fc.property(jobLine, (line) => {
      expect(parseJobLine(formatJobLine(line))).toEqual(line);
    }),
  );
});
