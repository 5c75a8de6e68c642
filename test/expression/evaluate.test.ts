import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { availabilityOf } from '../../src/expression/availability.ts';
import { evaluate, maxRenderedUnits, renderTemplate } from '../../src/expression/evaluate.ts';
import { ExpressionError } from '../../src/expression/expression-error.ts';
import type { StatusFunctions, Value } from '../../src/expression/model.ts';
import { formatNumber, parseNumber } from '../../src/expression/number-text.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { parseTemplate } from '../../src/expression/template.ts';

type Contexts = Readonly<Record<string, Json>>;

function valueOf(source: string, contexts: Contexts = {}, status?: StatusFunctions): Value {
  const parsed = parseExpression(source, availabilityOf('jobs.if'));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return evaluate(parsed.value, contexts, status);
}

/** JSON with whole numbers of few digits only. */
function withoutFractions(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'number' ? Math.trunc(value) % 1e6 : value,
  );
}

function render(text: string, contexts: Contexts = {}): string {
  const parsed = parseTemplate(text, availabilityOf('jobs.prompt'));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return renderTemplate(parsed.value, contexts);
}

describe('status functions', () => {
  const asked: string[] = [];
  const status: StatusFunctions = {
    success: (jobs) => {
      asked.push(`success ${jobs.join(' ')}`);
      return true;
    },
    failure: (jobs) => {
      asked.push(`failure ${jobs.join(' ')}`);
      return false;
    },
    always: () => true,
    cancelled: () => false,
  };

  it('hand over the job ids as written', () => {
    asked.length = 0;
    expect(
      valueOf("success() && success('A', 'b') && !failure('c') && always() && !cancelled()", {}, status)
        .truthy,
    ).toBe(true);
    expect(asked).toEqual(['success ', 'success A b', 'failure c']);
  });

  it('are not to be asked where there are none', () => {
    expect(() => valueOf('success()')).toThrow(ExpressionError);
  });
});

describe('errors', () => {
  it('name the expression, shortened', () => {
    const long = `fromJSON('{') || '${'x'.repeat(500)}'`;
    expect(() => valueOf(long)).toThrow(
      /fromJSON was given a text that is not JSON \(in the expression `fromJSON.{190,220}…`\)/,
    );
  });

  it('carry the code and the facts', () => {
    expect(() => valueOf("fromJSON('')")).toThrow(
      expect.objectContaining({
        code: 'expression-failed',
        facts: { expression: "fromJSON('')", problem: 'fromJSON was given an empty text' },
      }) as Error,
    );
  });
});

describe('the budget of an evaluation', () => {
  const big = 'x'.repeat(300_000);
  it.each([
    ['format', "format('{0}{0}{0}', github.big)"],
    ['nested format', `${"format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', ".repeat(7)}'0123456789'${')'.repeat(7)}`],
    ['join', 'join(github.list, github.big)'],
    ['toJSON', 'toJSON(github.list)'],
    ['fromJSON', 'fromJSON(format(\'"{0}"\', github.big))'],
  ])('stops %s', (_, source) => {
    const contexts = { github: { big, list: [big, big, big] } };
    expect(() => valueOf(source, contexts)).toThrow(/needs more than the 1048576 bytes/);
  });

  it('does not count what is only read', () => {
    expect(valueOf('github.big', { github: { big: big.repeat(4) } }).text).toHaveLength(1_200_000);
  });

  it('refuses values that nest too deep', () => {
    expect(() => valueOf(`fromJSON('${'['.repeat(200)}${']'.repeat(200)}')`)).toThrow(
      /nests deeper than 100 levels/,
    );
    expect(() => valueOf(`fromJSON('${'['.repeat(9000)}')`)).toThrow(ExpressionError);
  });

  it('bounds the text of a template', () => {
    const text = '${{ github.big }}'.repeat(2 * Math.ceil(maxRenderedUnits / 600_000));
    expect(() => render(text, { github: { big: big.repeat(2) } })).toThrow(/grows longer than/);
  });
});

describe('renderTemplate', () => {
  it.each([
    ['text only', 'plain', 'plain'],
    ['nothing', '', ''],
    ['text around', 'a ${{ github.a }} b ${{ github.b }}!', 'a 1 b 1E+21!'],
    ['null is empty', '[${{ github.gone }}]', '[]'],
    ['braces in a text', "${{ format('{0}}}', 'a') }}|${{ '}}' }}", 'a}|}}'],
    ['a lone opening', '$ {{ x }} $${{ github.a }}', '$ {{ x }} $1'],
    ['what comes from a context is no template', '${{ github.evil }}', '${{ github.a }}'],
  ])('%s', (_, text, expected) => {
    const contexts = { github: { a: 1, b: 1e21, evil: '${{ github.a }}' } };
    expect(render(text, contexts)).toBe(expected);
  });

  it('keeps any text without expressions as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${{'));
        expect(render(text)).toBe(text);
      }),
    );
  });

  it('shows any text of a context as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(render('<${{ github.x }}>', { github: { x: text } })).toBe(`<${text}>`);
      }),
    );
  });

  it('reads back what toJSON wrote', () => {
    fc.assert(
      // Numbers are written with 15 digits.
      fc.property(fc.json({ maxDepth: 4 }).map(withoutFractions), (json) => {
        const written = JSON.stringify(json, null, 2);
        // Keys ignore case, so of two that differ in case only one is left.
        const keys = [...written.matchAll(/^ *"((?:[^"\\\\]|\\\\.)*)": /gm)].map((match) =>
          match[1]?.toLowerCase(),
        );
        fc.pre(new Set(keys).size === keys.length);
        const { text } = valueOf('toJSON(github.x)', { github: { x: json as Json } });
        expect(text).toBe(written);
      }),
    );
  });

  it('never needs more than its budget', () => {
    const leaf = fc.constantFrom("'0123456789'", 'github.text', 'github.list', '1', 'null');
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 8 },
        leaf,
        tie('tree').map((inner) => `format('{0}{0}{0}{0}{0}{0}{0}{0}', ${inner})`),
        tie('tree').map((inner) => `toJSON(${inner})`),
        fc
          .tuple(tie('tree'), tie('tree'))
          .map(([a, b]) => `join(github.list, format('{0}{1}{1}', ${a}, ${b}))`),
      ),
    }));
    const contexts = { github: { text: 'y'.repeat(1000), list: ['a', 'b', 'c', 'd'] } };
    fc.assert(
      fc.property(tree, (source) => {
        let length = 0;
        try {
          length = valueOf(source, contexts).text.length;
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(length * 2).toBeLessThanOrEqual(1024 * 1024);
      }),
    );
  });
});

describe('numbers', () => {
  it.each([
    [' 12 ', 12],
    ['1.', 1],
    ['.5', 0.5],
    ['+1', 1],
    ['1e3', 1000],
    ['', 0],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['0x7FFFFFFF', 2147483647],
    ['0o37777777777', -1],
    ['0x100000000', NaN],
    ['0b1', NaN],
    ['1_000', NaN],
    ['infinity', Infinity],
    ['+Infinity', Infinity],
    ['e3', NaN],
  ])('reads %j', (text, expected) => {
    expect(parseNumber(text)).toBe(expected);
  });

  it('writes 15 digits that are the number to that precision', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(formatNumber(value))).toBe(Number(value.toPrecision(15)) + 0);
        expect(
          formatNumber(value)
            .replace(/^-|E.*$/g, '')
            .replace('.', '')
            .replace(/^0+/, '').length,
        ).toBeLessThanOrEqual(15);
      }),
    );
  });
});
