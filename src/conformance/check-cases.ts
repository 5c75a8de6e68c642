import type { Json } from '../base/canonical-json.ts';
import { TreadleError } from '../base/errors.ts';
import type { ConformanceCase, Verdict } from './case.ts';
import { checkCondition } from './check-condition.ts';
import { checkExpression } from './check-expression.ts';
import { checkGroup } from './check-group.ts';
import { checkJobGraph } from './check-job-graph.ts';
import { checkMatrix } from './check-matrix.ts';
import { readCases } from './read-cases.ts';

/** A case with what it came to. */
export interface CheckedCase extends Verdict {
  readonly id: Json;
}

/** All cases of a file in their order, and how many passed. */
export interface ConformanceReport {
  readonly cases: readonly CheckedCase[];
  readonly count: { readonly passed: number; readonly failed: number };
}

/**
 * Checks all cases of a file. One that cannot be understood has failed and stops none of the others.
 *
 * @throws {TreadleError} `conformance-invalid` when the text is no file of cases.
 */
export function checkCases(text: string): ConformanceReport {
  const cases = readCases(text).map((one): CheckedCase => ({ id: one.id, ...checkCase(one) }));
  const passed = cases.filter(({ pass }) => pass).length;
  return { cases, count: { passed, failed: cases.length - passed } };
}

function checkCase(one: ConformanceCase): Verdict {
  try {
    return checkByKind(one);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { pass: false, expected: one.fields['expect'] ?? null, actual: { problem } };
  }
}

/** The kind of a case shows in what it gives. */
function checkByKind(one: ConformanceCase): Verdict {
  const { fields } = one;
  if ('expr' in fields) return checkExpression(one);
  if ('workflow' in fields) return checkJobGraph(one);
  if ('matrix' in fields) return checkMatrix(one);
  if ('events' in fields || 'config' in fields) return checkGroup(one);
  if ('if' in fields) return checkCondition(one);
  throw new TreadleError(
    'conformance-invalid',
    'This is no case: it has none of `expr`, `matrix`, `workflow`, `events`, `config`, `if`',
  );
}
