import type { Reference } from '../../expression/tree.ts';
import { shapeOfContext } from '../context-shapes.ts';
import type { WorkflowDraft } from '../draft.ts';
import type { ExpressionUse } from '../expression-uses.ts';
import { spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding, listNames } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/**
 * A property that its context does not have is empty, which hardly anybody means. GitHub has more of some contexts than Treadle, so it
 * is no error.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
 */
export function* findEmptyReferences({ draft, uses, suggest, text }: RuleInput): Iterable<Finding> {
  const names = createNamesOf();
  for (const use of uses) {
    for (const reference of use.references) {
      const missing =
        reference.context === 'env'
          ? missingVariable(draft, names, use, reference)
          : missingProperty(use, reference);
      if (missing === null) continue;
      const { owner, name, known } = missing;
      const hint = suggest(name, known) || (known.length > 0 ? ` It has: ${listNames(known)}.` : '');
      const message = `\`${owner}\` has no '${name}' here, so it is empty.${hint}`;
      yield finding('reference-empty', { span: spanOfPart(text, use, reference) }, message);
    }
  }
}

/** What is not there, of what, and what there is. */
interface Missing {
  readonly owner: string;
  readonly name: string;
  readonly known: readonly string[];
}

function missingProperty({ key }: ExpressionUse, { context, path }: Reference): Missing | null {
  let shape = shapeOfContext(context, key);
  for (const [depth, name] of path.entries()) {
    if (shape === null) return null;
    if (!Object.hasOwn(shape, name.toLowerCase())) {
      return { owner: [context, ...path.slice(0, depth)].join('.'), name, known: Object.keys(shape) };
    }
    shape = shape[name.toLowerCase()] ?? null;
  }
  return null;
}

/** A variable that no `env` around has, where no step before can have set it. */
function missingVariable(
  draft: WorkflowDraft,
  names: NamesOf,
  use: ExpressionUse,
  { path }: Reference,
): Missing | null {
  const [name] = path;
  const { job, step } = use;
  const mayBeSet = job !== null && job.steps.length > 0 && step !== job.steps[0];
  if (name === undefined || mayBeSet) return null;
  const own = step !== null && use.key !== 'steps.env' ? [step.env] : [];
  const layers = [...own, ...(job === null ? [] : [job.env]), draft.env];
  if (layers.some((env) => names(env).has(name.toLowerCase()))) return null;
  return { owner: 'env', name, known: [...new Set(layers.flatMap((env) => Object.keys(env)))] };
}

/** The names of an `env` in small letters, each looked through once. */
type NamesOf = (env: object) => ReadonlySet<string>;

function createNamesOf(): NamesOf {
  const known = new Map<object, ReadonlySet<string>>();
  return (env) => {
    const names = known.get(env) ?? new Set(Object.keys(env).map((name) => name.toLowerCase()));
    known.set(env, names);
    return names;
  };
}
