import { TreadleError } from '../base/errors.ts';
import type { Workflow } from '../workflow/model.ts';
import { pickVariables, variablesUsed, type UsedVariables, type Variables } from '../workflow/variables.ts';

/** Where variables come from; undefined where they may not be read. */
export type VariableSource = () => Promise<Variables | undefined>;

/** A workflow with all that it calls; null where it does not compile. */
export type WithCalls = readonly Workflow[] | null;

/** The variables that each of several workflows uses, by the key of the workflow, and what people should know. */
export interface WorkflowVariables {
  readonly of: (key: string) => Variables;
  readonly remarks: readonly string[];
}

const NONE: Variables = {};

/**
 * Reads variables, once, where any workflow uses some.
 *
 * @throws TreadleError `config-invalid` where one is larger than GitHub allows
 */
export async function readVariables(
  workflows: ReadonlyMap<string, WithCalls>,
  source: VariableSource,
): Promise<WorkflowVariables> {
  const uses = new Map<string, UsedVariables>();
  for (const [key, all] of workflows) {
    const used = variablesUsed(all ?? []);
    if (used === 'all' || used.size > 0) uses.set(key, used);
  }
  if (uses.size === 0) return { of: () => NONE, remarks: [] };
  const known = await source();
  if (known === undefined) {
    const names = [...uses.keys()].join(', ');
    return {
      of: () => NONE,
      remarks: [
        `${names}: \`vars\` is empty, since this token may not read variables: in treadle.yml, give the Action \`vars: \${{ toJSON(vars) }}\``,
      ],
    };
  }
  const picked = new Map([...uses].map(([key, used]) => [key, pick(key, known, used)]));
  return { of: (key) => picked.get(key) ?? NONE, remarks: [] };
}

function pick(key: string, known: Variables, used: UsedVariables): Variables {
  const picked = pickVariables(known, used);
  if (picked.ok) return picked.value;
  throw new TreadleError('config-invalid', `the workflow ${key}: ${picked.problem}`, {
    remedy: 'Nothing was started. Make the variable smaller, or keep the text in a file of the repository.',
  });
}
