import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { parseReport } from '../../src/codec/report-block.ts';
import { parseSlashCommand } from '../../src/codec/slash-command.ts';
import { availabilityOf } from '../../src/expression/availability.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { parseExpression } from '../../src/expression/parse.ts';

const WAKE = fileURLToPath(new URL('../../templates/.github/workflows/treadle.yml', import.meta.url));
const { wake } = (
  parse(readFileSync(WAKE, 'utf8')) as {
    readonly jobs: {
      readonly wake: { readonly if: string; readonly concurrency: { readonly group: string } };
    };
  }
).jobs;
const [, group = ''] = /^treadle-\$\{\{ ([^]*) \}\}$/.exec(wake.concurrency.group.trim()) ?? [];

/** What an expression of the workflow comes to for a comment, by GitHub's own evaluator. */
function judge(source: string, body: string, login = 'quinn'): unknown {
  const parsed = parseExpression(source.trim(), availabilityOf('jobs.if'));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const github = { event_name: 'issue_comment', run_id: '1', event: { comment: { body, user: { login } } } };
  return evaluate(parsed.value, { github }).json;
}

const isTaken = (body: string): boolean =>
  parseSlashCommand(body) !== null || parseReport(body).kind !== 'none';

const blank = fc.constantFrom('', ' ', '  ', '\t', '\u00a0', '\u2003', '\ufeff');
const end = fc.constantFrom('\n', '\r\n', '\r');
const word = fc.constantFrom('treadle', 'Treadle', 'TREADLE', 'tReAdLe', 'treadle yaml', 'text');
const fence = fc.constantFrom('```', '````', '~~~', '~~~~~~');
const line = fc.constantFrom(
  '',
  'Done.',
  '> quoted',
  '<!-- note -->',
  '<pre>',
  '</pre>',
  '```',
  '/treadle',
  'x',
);

const block = fc
  .tuple(blank, fence, blank, word, blank, end)
  .map(([indent, mark, gap, info, tail, eol]) =>
    [`${indent}${mark}${gap}${info}${tail}`, 'outcome: success', mark, ''].join(eol),
  );
const command = fc
  .tuple(
    blank,
    fc.constantFrom('/treadle', '/Treadle'),
    blank,
    fc.constantFrom('', ' done a=b', ' goto x y', '\tretry'),
  )
  .map((parts) => parts.join(''));
const comment = fc
  .tuple(fc.array(line, { maxLength: 3 }), fc.oneof(block, command), fc.array(line, { maxLength: 2 }), end)
  .map(([before, answer, after, eol]) => [...before, answer, ...after].join(eol));

describe('the condition on which a comment wakes Treadle', () => {
  test('lets through whatever Treadle takes, however it is written, and wakes in turn with the others', () => {
    let taken = 0;
    fc.assert(
      fc.property(comment, (body) => {
        if (!isTaken(body)) return;
        taken += 1;
        expect(judge(wake.if, body)).toBe(true);
        expect(judge(group, body)).toBe('wake');
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  test.each<[what: string, body: string, passes: boolean]>([
    ['a blank before the word', '``` treadle\noutcome: success\n```', true],
    ['capitals', '~~~\tTREADLE\noutcome: success\n~~~', true],
    ['talk about Treadle', 'I like treadle.', false],
    ['other code', '```js\nx\n```', false],
    ['its own comment', '<!-- treadle:1f -->\n```text\n```treadle\n```', false],
  ])('passes or drops %s', (_, body, passes) => {
    expect(judge(wake.if, body)).toBe(passes);
  });

  test('drops what any workflow said', () => {
    expect(judge(wake.if, '/treadle done', 'github-actions[bot]')).toBe(false);
  });
});
