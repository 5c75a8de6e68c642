/** Hostile and random expressions: two seconds each here, longer by `npm run fuzz`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { availabilityOf } from '../../src/expression/availability.ts';
import { effectiveCondition } from '../../src/expression/condition.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { ExpressionError } from '../../src/expression/expression-error.ts';
import type { Value } from '../../src/expression/model.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { parseTemplate } from '../../src/expression/template.ts';

const seconds = Number(process.env['FUZZ_SECONDS'] ?? '2');
const bounded = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 };
const timeout = 60_000 + seconds * 2000;
const here = availabilityOf('jobs.if');

const contexts: Readonly<Record<string, Json>> = {
  github: {
    a: 1,
    b: 'x',
    list: [1, 'b', null, { c: [true] }],
    object: { k: { l: 'v' } },
    long: 'y'.repeat(5000),
  },
  needs: { build: { result: 'success', outputs: { n: '12' } } },
};

/** Expressions of the grammar, and a little beside it. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const pair = fc.tuple(inner, inner);
  const leaf = fc.oneof(
    fc.constantFrom(
      'null',
      'true',
      'false',
      'NaN',
      '-Infinity',
      '0xff',
      '1e21',
      "''",
      "'a''b'",
      "'{0}{1}'",
      "'[1]'",
    ),
    fc.constantFrom(
      'github',
      'github.a',
      'github.list',
      'github.object',
      'github.gone',
      'github.long',
      'needs',
    ),
    fc.double().map(String),
    fc.string({ maxLength: 6 }).map((text) => `'${text.replaceAll("'", "''")}'`),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 7, depthSize: 'large' },
      leaf,
      fc
        .tuple(pair, fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '&&', '||'))
        .map(([[a, b], op]) => `${a} ${op} ${b}`),
      inner.map((a) => `(${a})`),
      inner.map((a) => `!${a}`),
      fc
        .tuple(inner, fc.constantFrom('.k', '.*', "['l']", '[0]', '[*]', '.a.b'))
        .map(([a, access]) => `(${a})${access}`),
      pair.map(([a, b]) => `github.list[${a}].x[${b}]`),
      fc
        .tuple(
          fc.constantFrom('contains', 'startsWith', 'endsWith', 'join', 'format', 'CASE'),
          fc.array(inner, { maxLength: 3 }),
        )
        .map(([name, args]) => `${name}(${args.join(', ')})`),
      fc
        .tuple(fc.constantFrom('toJSON', 'fromJSON', 'success', 'failure'), inner)
        .map(([name, a]) => `${name}(${a})`),
    ),
  };
});

/** The value, or null where there is none, for a reason that is the author's. */
function valueOf(source: string): Value | null {
  const parsed = parseExpression(source, here);
  if (!parsed.ok) {
    for (const { offset, length } of parsed.problems) {
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset + length).toBeLessThanOrEqual(Math.max(source.length, 1));
    }
    return null;
  }
  const status = { success: () => true, failure: () => false, always: () => true, cancelled: () => false };
  try {
    return evaluate(parsed.value, contexts, status);
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    return null;
  }
}

describe('whatever is written', () => {
  it(
    'comes to a value, or to an error of its author',
    () => {
      fc.assert(
        fc.property(expression, (source) => {
          const value = valueOf(source);
          // The same again, and twice negated the same truth.
          expect(valueOf(source)).toEqual(value);
          if (value !== null && source.length < 10_000) {
            const negated = valueOf(`!!(${source})`);
            expect(negated === null || negated.json === value.truthy).toBe(true);
          }
        }),
        bounded,
      );
    },
    timeout,
  );

  it(
    'is read or refused, never thrown over',
    () => {
      const pieces = fc.constantFrom(
        ...'\'"()[].,*!&|=<>+-0x1eE \n\u00a0\u2028ß𝒳{}$'.split(''),
        '${{',
        '}}',
        'github',
        'success',
        'case(',
      );
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
      );
      fc.assert(
        fc.property(text, (source) => {
          valueOf(source);
          const template = parseTemplate(source, here);
          if (template.ok) expect(template.value.source).toBe(source);
          effectiveCondition(source, here);
        }),
        bounded,
      );
    },
    timeout,
  );
});
