import { ExpressionError } from '../../expression/expression-error.ts';
import { evaluate } from '../../expression/evaluate.ts';
import { callsOf, referencesOf } from '../../expression/tree.ts';
import type { ConditionField } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

const statusFunctions: readonly string[] = ['success', 'failure', 'always', 'cancelled'];

/** An `if` decides something: it is no text with an expression in it, and it reads something. */
export function* findIdleConditions({ draft }: RuleInput): Iterable<Finding> {
  for (const field of [
    draft.triggers.issues?.if ?? null,
    ...draft.jobs.flatMap((job) => [job.if, ...job.steps.map((step) => step.if)]),
  ]) {
    if (field?.condition == null) continue;
    if (field.condition.isAlwaysTrue) {
      const message =
        'This `if` is always true: text or blanks around `${{ }}` make it a text. Write the whole condition inside, or leave `${{ }}` out';
      yield finding('if-always-true', field.node, message);
      continue;
    }
    const outcome = constantOutcome(field);
    if (outcome === null) continue;
    const message = outcome
      ? 'This `if` reads nothing and always holds: leave it out'
      : 'This `if` reads nothing and never holds';
    yield finding('if-constant', field.node, message);
  }
}

/** What an `if` always comes to, or null when it depends on something. */
export function constantOutcome(field: ConditionField): boolean | null {
  const expression = field.condition?.written?.expression;
  if (expression === undefined) return null;
  if (referencesOf(expression.tree).length > 0) return null;
  if (callsOf(expression).some((call) => statusFunctions.includes(call.name))) return null;
  try {
    return evaluate(expression, {}).truthy;
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}
