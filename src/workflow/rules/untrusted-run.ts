import type { Reference } from '../../expression/tree.ts';
import { referencesOf } from '../../expression/tree.ts';
import type { TextField } from '../draft.ts';
import type { ExpressionUse } from '../expression-uses.ts';
import { expressionUses, spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/**
 * What an expression brings into `run` becomes part of the script before the shell reads it. So what strangers and agents wrote is
 * kept out of it: it reaches a step by `env` only.
 *
 * @see https://docs.github.com/en/actions/concepts/security/script-injections
 */
export function* findUntrustedInRun(input: RuleInput): Iterable<Finding> {
  for (const use of expressionUses(input.draft)) {
    if (use.key !== 'steps.run') continue;
    for (const reference of referencesOf(use.expression.tree)) {
      const origin = originOf(input, use, reference);
      if (origin === null) continue;
      const name = [reference.context, ...reference.path].join('.');
      const message = `\`${name}\` ${origin}, and would become part of the script: hand it over by \`env\` and read it as "$NAME"`;
      yield finding('untrusted-in-run', { span: spanOfPart(input.text, use, reference) }, message);
    }
  }
}

/** Who wrote it, in words; null where it is from those who write workflows. */
function originOf(input: RuleInput, use: ExpressionUse, reference: Reference): string | null {
  const path = reference.path.map((name) => name.toLowerCase());
  const [first, second, third] = path;
  const last = path.at(-1);
  switch (reference.context) {
    case 'github':
      if (reference.isExact && (last === 'number' || last === 'id')) return null;
      return first === undefined || first === 'event' || first === 'head_ref'
        ? 'may hold what anybody wrote'
        : null;
    case 'bead':
      return first === 'number' || first === 'priority' ? null : 'is what anybody wrote in the issue';
    case 'run':
      return first === undefined || first === 'title' ? 'may hold what anybody wrote' : null;
    case 'inputs':
      return 'is what somebody gave when the run was started';
    case 'needs':
      return second === 'result' || isClosed(input, first, third) ? null : 'is what another job reported';
    case 'env':
      return originOfEnv(input, use, first);
    default:
      return null;
  }
}

/** Whether an output can only hold what the workflow names. */
function isClosed(input: RuleInput, job: string | undefined, name: string | undefined): boolean {
  const producer = input.jobs.get(input.graph.resolve(job ?? '') ?? '');
  const output = producer?.outputs.find(({ key }) => key.text.toLowerCase() === name);
  return output?.kind === 'declared' && output.enum.length > 0;
}

/** A variable is as trustworthy as what it is made of. */
function originOfEnv(input: RuleInput, use: ExpressionUse, name: string | undefined): string | null {
  const layers = [use.step?.env, use.job?.env, input.draft.env];
  const fields = layers.flatMap((layer): TextField[] =>
    Object.entries(layer ?? {}).flatMap(([key, field]) =>
      name === undefined || key.toLowerCase() === name ? [field] : [],
    ),
  );
  for (const { readable } of fields) {
    for (const part of readable.parts) {
      if (typeof part === 'string') continue;
      const bad = referencesOf(part.tree).some(
        (reference) => reference.context !== 'env' && originOf(input, use, reference) !== null,
      );
      if (bad) return 'is made of what strangers or agents wrote';
    }
  }
  return null;
}
