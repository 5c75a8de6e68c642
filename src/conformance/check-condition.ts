import type { Json } from '../base/canonical-json.ts';
import type { Availability } from '../expression/availability.ts';
import { availabilityOf } from '../expression/availability.ts';
import { effectiveCondition } from '../expression/condition.ts';
import { scalarText } from '../workflow/yaml-tree.ts';
import type { ConformanceCase, Verdict } from './case.ts';
import { isExpectedError } from './case.ts';

/** What the `if` of a job may use on GitHub: without the contexts that only Treadle has. */
const jobCondition: Availability = {
  ...availabilityOf('jobs.if'),
  contexts: ['github', 'needs', 'vars', 'inputs'],
};

/** `{if, condition}` or `{if, errors}`: the condition that counts for the `if` of a job, blanks outside of texts aside. */
export function checkCondition({ fields }: ConformanceCase): Verdict {
  const written = fields['if'] ?? null;
  const parsed = effectiveCondition(isScalar(written) ? scalarText(written) : '', jobCondition);
  if (!parsed.ok) {
    const errors = parsed.problems.map((problem) => problem.message);
    const expected = fields['errors'] ?? fields['error'];
    const pass = expected !== undefined && !('condition' in fields) && isExpectedError(expected, errors);
    return { pass, expected: expectedOf(fields), actual: { errors } };
  }
  const condition = parsed.value.expression.source;
  const wanted = fields['condition'];
  const pass = typeof wanted === 'string' && withoutBlanks(wanted) === withoutBlanks(condition);
  return { pass, expected: expectedOf(fields), actual: { condition } };
}

function expectedOf({ condition, errors, error }: ConformanceCase['fields']): Json {
  return condition === undefined ? { errors: errors ?? error ?? null } : { condition };
}

function isScalar(value: Json): value is null | boolean | number | string {
  return value === null || typeof value !== 'object';
}

/** The text without blanks, save within single quotes. */
function withoutBlanks(text: string): string {
  return text
    .split("'")
    .map((part, index) => (index % 2 === 0 ? part.replace(/\s+/g, '') : part))
    .join("'");
}
