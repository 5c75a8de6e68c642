import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';

import { parseReport } from '../../src/codec/report-block.ts';
import { block, empty, problemOf, reported } from './answers.ts';

describe('what is meant to hurt', () => {
  const within = (ms: number, work: () => unknown): void => {
    const start = performance.now();
    work();
    expect(performance.now() - start).toBeLessThan(ms);
  };

  test('a block that is too large is not parsed', () => {
    const answer = block('outcome: success', `summary: ${'x'.repeat(1_300_000)}`);
    expect(problemOf(answer)).toBe('its `treadle` block is longer than 1200000 characters');
  });

  test.each([
    ['in quotes', '"', 'a\\n\n ', '"'],
    ['in single quotes', "'", 'a\n ', "'"],
    ['plain', '', 'a\n  ', ''],
    ['behind a bar', '|\n', '  a\n', ''],
    ['of blank lines behind a bar', '|\n  a\n', '\n', '  b'],
  ])('a text of many lines %s costs little time', (_, before, part, after) => {
    const text = `summary: ${before}${part.repeat(1_000_000 / part.length)}${after}`;
    within(10_000, () => {
      expect(parseReport(block('outcome: success', text)).kind).toBe('report');
    });
  });

  test('a large output is read', () => {
    const value = 'x'.repeat(900_000);
    expect(reported(block('outcome: success', `outputs: { a: ${value} }`)).outputs['a']).toBe(value);
  });

  test.each([
    ['a line of backticks', '`'.repeat(500_000)],
    ['a fence, spaces and a backtick', `\`\`\`${' '.repeat(500_000)}\``],
    ['a fence, spaces and a letter', `${block('outcome: x').slice(0, -3)}\`\`\`${' '.repeat(500_000)}x`],
    ['tildes', `${'~'.repeat(500_000)} a`],
    ['half a million fences', '```\n'.repeat(500_000)],
  ])('%s costs little time', (_, answer) => {
    within(10_000, () => parseReport(answer));
  });

  test.each([
    ['lists', '['],
    ['mappings', '{a: '],
    ['lists in lists', '- '],
    ['keys of keys', '? '],
  ])('%s within each other are not followed for long', (_, opening) => {
    const problem = 'its `treadle` block is not YAML: it nests too deep';
    expect(problemOf(block(opening.repeat(1_100_000 / opening.length)))).toBe(problem);
  });

  test.each([
    ['items', '- x\n'],
    ['keys', 'a: b\n'],
    ['items in a line', '[a, b],'],
    ['blank lines', '\n'],
    ['lines of spaces', ' \n'],
    ['comments', '# c\n'],
    ['anchors', '&a '],
    ['tags', '!!x '],
    ['documents', '---\n'],
    ['carriage returns', 'a\r\n'],
  ])('a million characters of %s are not made into a tree', (_, part) => {
    const answer = block('outcome: success', part.repeat(1_100_000 / part.length));
    within(10_000, () => {
      expect(problemOf(answer)).toContain('is not YAML: ');
    });
  });

  test('a multiplying document is refused', () => {
    const lines = ['a: &a [x, x]'];
    for (let n = 1; n < 30; n += 1) lines.push(`b${n}: &b${n} [*${n === 1 ? 'a' : `b${n - 1}`}, *a]`);
    expect(problemOf(block('outcome: success', ...lines))).toContain('are not allowed');
  });

  test('what the parser says is cut and does not repeat the answer', () => {
    const problem = problemOf(block('outcome: success', `summary: *${'x'.repeat(5_000)}`));
    expect(problem.length).toBeLessThan(300);
    expect(problem).not.toContain('\n');
    expect(problemOf(block(`${'k'.repeat(5_000)}: x`)).length).toBeLessThan(300);
    const wide = problemOf(block('outcome: success', `outputs: { ${'n'.repeat(500)}: [] }`));
    expect(wide.length).toBeLessThan(300);
  });

  test('no answer makes it throw', () => {
    const pieces = fc.constantFrom(
      '```',
      '~~~',
      'treadle',
      '\n',
      '\r\n',
      'outcome: success',
      ': ',
      '- ',
      '  ',
      '*a',
      '&a',
      '"',
      '{',
      '}',
      '> ',
      '\t',
      '!!',
      '\u0000',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
        expect(['report', 'malformed', 'none']).toContain(parseReport(parts.join('')).kind);
        expect(['report', 'malformed']).toContain(
          parseReport(block(parts.join('').replace(/[`~]/g, ''))).kind,
        );
      }),
      { numRuns: 300 },
    );
  });
});

test('whatever outputs YAML writes come back', () => {
  const outputs = fc.dictionary(
    fc.stringMatching(/^[a-z_][\w-]{0,10}$/),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  fc.assert(
    fc.property(outputs, fc.string(), (given, summary) => {
      const lines = stringify(
        { outcome: 'success', outputs: given, summary },
        { defaultStringType: 'QUOTE_DOUBLE' },
      );
      const answer = `~~~~~treadle\n${lines}~~~~~\n`;
      expect(reported(answer)).toEqual({ ...empty, outputs: given, summary });
    }),
    { numRuns: 200 },
  );
});
