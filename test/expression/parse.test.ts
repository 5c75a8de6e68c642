import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AvailabilityKey } from '../../src/expression/availability.ts';
import { availabilityOf, knownContexts } from '../../src/expression/availability.ts';
import { maxExpressionUnits, parseExpression } from '../../src/expression/parse.ts';

const anywhere = availabilityOf('jobs.if');

function problemsOf(source: string): unknown {
  const parsed = parseExpression(source, anywhere);
  return parsed.ok ? [] : parsed.problems.map(({ offset, length }) => source.slice(offset, offset + length));
}

describe('parseExpression points at what is wrong', () => {
  it.each([
    ['unknown context', 'github.a && foo.b', 'foo'],
    ['unknown function', "foo('a')", 'foo'],
    ['unknown name after a text of several lines', "'a\nb' == 'c\n' || foo", 'foo'],
    ['unknown name after a line break', 'true ||\n  foo', 'foo'],
    ['a second value', "'a' 'b'", "'b'"],
    ['operator that does not exist', '1 + 2', '+'],
    ['single equals sign', 'github.a = 1', '='],
    ['open text', "github.a == 'x", "'x"],
    ['double quotes', 'github.a == "x"', '"x"'],
    ['end too early', 'github.a == ', '='],
    ['open parenthesis', '(github.a', 'a'],
    ['trailing comma', "format('a', )", ','],
    ['bad number', '0b11 == 3', '0b11'],
    ['wrong number of arguments', "github.a || contains('a')", 'contains'],
    ['nothing', '', ''],
  ])('%s', (_, source, marked) => {
    expect(problemsOf(source)).toEqual([marked]);
  });
});

describe('limits', () => {
  it('refuses an expression that is too long', () => {
    const parsed = parseExpression(`'${'x'.repeat(maxExpressionUnits)}'`, anywhere);
    expect(parsed).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('21000') as string }],
    });
  });

  it.each([
    ['negations', `${'!'.repeat(60)}true`],
    ['comparisons', Array.from({ length: 60 }, () => '1').join(' == ')],
    ['properties', `github${'.a'.repeat(60)}`],
    ['calls', `${'format('.repeat(60)}'a'${')'.repeat(60)}`],
  ])('refuses more than 50 levels of %s', (_, source) => {
    expect(parseExpression(source, anywhere)).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('depth 50') as string }],
    });
  });

  it.each([
    ['a row of &&', Array.from({ length: 500 }, () => '1').join(' && ')],
    ['rows of && in parentheses', `${'1 && ('.repeat(100)}1${')'.repeat(100)}`],
    ['parentheses', `${'('.repeat(200)}1${')'.repeat(200)}`],
    ['50 negations', `${'!'.repeat(49)}true`],
  ])('counts %s as GitHub does', (_, source) => {
    expect(parseExpression(source, anywhere).ok).toBe(true);
  });

  it('survives parentheses without end', () => {
    expect(parseExpression(`${'('.repeat(10_000)}1${')'.repeat(10_000)}`, anywhere)).toBeDefined();
  });
});

describe('availability', () => {
  it.each<[AvailabilityKey, string, boolean]>([
    ['jobs.if', 'needs.a.result', true],
    ['jobs.if', "success('a', 'b')", true],
    ['jobs.if', 'env.A', false],
    ['jobs.prompt', 'env.A', true],
    ['jobs.prompt', 'always()', false],
    ['jobs.outputs', 'env.A', true],
    ['jobs.runs-on', 'env.A', false],
    ['jobs.runs-on', 'bead.number', true],
    ['jobs.runs-on', 'matrix.os', true],
    ['run-name', 'needs.a.result', false],
    ['run-name', 'run.id', true],
    ['concurrency', 'github.ref', true],
    ['env', 'vars.A', true],
    ['env', 'env.A', false],
    ['on.issues.if', 'github.event.issue.title', true],
    ['on.issues.if', 'needs.a.result', false],
    ['on.workflow_call.outputs', 'jobs.a.outputs.b', true],
    ['on.workflow_call.outputs', 'needs.a', false],
  ])('%s: %s', (key, source, isAvailable) => {
    const parsed = parseExpression(source, availabilityOf(key));
    expect(parsed.ok).toBe(isAvailable);
    if (!parsed.ok) expect(parsed.problems[0]?.kind).toBe('unavailable');
  });

  it('knows the contexts of GitHub that Treadle does not have', () => {
    expect(knownContexts()).toEqual(expect.arrayContaining(['github', 'bead', 'secrets', 'steps']));
  });
});

it('never throws, and points into the text', () => {
  const piece = fc.constantFrom(
    ...[
      "'",
      '"',
      '(',
      ')',
      '[',
      ']',
      '.',
      ',',
      '*',
      '!',
      '&&',
      '||',
      '==',
      '<',
      ' ',
      '\n',
      '1',
      '0x',
      '-',
      'github',
      'x',
    ],
    ...['fromJSON', 'success', 'case', 'NaN', 'true', "''", '{0}', '=', '&', 'ı', '😀'],
  );
  const source = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(source, (text) => {
      const parsed = parseExpression(text, anywhere);
      if (parsed.ok) return;
      for (const { offset, length } of parsed.problems) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset + length).toBeLessThanOrEqual(Math.max(1, text.length));
      }
    }),
    { numRuns: 2000 },
  );
});
