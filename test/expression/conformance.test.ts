import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { availabilityOf } from '../../src/expression/availability.ts';
import { effectiveCondition } from '../../src/expression/condition.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { parseExpression } from '../../src/expression/parse.ts';

interface ExpressionCase {
  readonly expr: string;
  readonly kind?: string;
  readonly value?: Json;
  readonly str?: string;
  readonly truthy?: boolean;
  readonly error?: string;
}

interface ConditionCase {
  readonly if: string;
  readonly condition?: string;
  readonly errors?: readonly string[];
  readonly alwaysTrue?: boolean;
}

function readCases(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`cases/${name}.json`, import.meta.url), 'utf8'));
}

function outcomeOf(expr: string, contexts: Readonly<Record<string, Json>>): unknown {
  const parsed = parseExpression(expr, availabilityOf('jobs.runs-on'));
  if (!parsed.ok) return { error: parsed.problems.map((problem) => problem.message).join('; ') };
  try {
    const value = evaluate(parsed.value, contexts);
    return { kind: value.kind, value: value.json, str: value.text, truthy: value.truthy };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

describe.each(['literals-and-operators', 'lookup', 'functions'])('%s', (name) => {
  const file = readCases(name) as {
    contexts: Readonly<Record<string, Json>>;
    cases: readonly ExpressionCase[];
  };
  it.each(file.cases)('$expr', ({ expr, ...expected }) => {
    const outcome = outcomeOf(expr, file.contexts);
    if (expected.error === undefined) {
      // JSON has no -0, and the language does not tell it from 0.
      expect(JSON.parse(JSON.stringify(outcome))).toEqual(expected);
    } else expect(outcome).toEqual({ error: expect.stringContaining(expected.error) as string });
  });
});

describe('effective-if', () => {
  const file = readCases('effective-if') as { cases: readonly ConditionCase[] };
  it.each(file.cases)('$if', (expected) => {
    const parsed = effectiveCondition(expected.if, availabilityOf('jobs.if'));
    if (parsed.ok) {
      expect(parsed.value.expression.source).toBe(expected.condition);
      expect(parsed.value.isAlwaysTrue).toBe(expected.alwaysTrue ?? false);
      return;
    }
    expect(expected.condition).toBeUndefined();
    expect(parsed.problems.map((problem) => problem.message)).toEqual(
      (expected.errors ?? []).map((error) => expect.stringContaining(error) as string),
    );
  });
});
