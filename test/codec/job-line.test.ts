import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatJobLines, parseJobLines } from '../../src/codec/job-line.ts';
import type { JobLine } from '../../src/engine/state/run.ts';
import { jobLine } from './arbitraries/run.ts';

test.each<[text: string, line: JobLine]>([
  ['queued', { status: 'queued', conclusion: null, result: null }],
  ['in_progress', { status: 'in_progress', conclusion: null, result: null }],
  ['completed success', { status: 'completed', conclusion: 'success', result: 'success' }],
  ['completed failure as success', { status: 'completed', conclusion: 'failure', result: 'success' }],
])('%s', (text, line) => {
  expect(formatJobLines({ build: line })).toEqual({ jobs: { build: text } });
  expect(parseJobLines({ jobs: { build: text } })).toEqual({ build: line });
});

test('a line without a result of its own has its conclusion for a result', () => {
  const line: JobLine = { status: 'completed', conclusion: 'skipped', result: null };
  expect(formatJobLines({ build: line }).jobs).toEqual({ build: 'completed skipped' });
  expect(parseJobLines({ jobs: { build: 'completed skipped' } })['build']?.result).toBe('skipped');
});

describe('legs', () => {
  const queued: JobLine = { status: 'queued', conclusion: null, result: null };
  const done: JobLine = { status: 'completed', conclusion: 'success', result: 'success' };

  const working: JobLine = { ...queued, status: 'in_progress' };

  test('256 of them take a line for each way they stand', () => {
    const legs = Array.from({ length: 256 }, (_, index): [string, JobLine] => [
      `build.${index}`,
      index < 20 && index !== 18 ? done : index === 18 ? working : queued,
    ]);
    const lines = Object.fromEntries([['build', working], ...legs]);
    expect(formatJobLines(lines)).toEqual({
      jobs: { build: 'in_progress' },
      legs: { build: { 'completed success': '0-17,19', in_progress: '18', queued: '20-255' } },
    });
    expect(parseJobLines(formatJobLines(lines))).toEqual(lines);
  });

  test('every line comes back as it was written, whatever the legs', () => {
    const lines = fc.dictionary(fc.constantFrom('a', 'b', 'a.0', 'a.1', 'a.2', 'a.17', 'b.3'), jobLine);
    fc.assert(
      fc.property(lines, (each) => {
        expect(parseJobLines(formatJobLines(each))).toEqual(each);
      }),
    );
  });
});
