import type { DeclaredOutput } from '../workflow/model.ts';
import { lookup } from './own-keys.ts';
import type { JobDocument } from './state/job.ts';

/** GitHub's limit of a job's outputs in bytes: 1 MB, counted in UTF-16. */
export const longestOutputs = 1024 * 1024;

/** GitHub's limit of the outputs of all jobs of a run. */
export const longestRunOutputs = 50 * 1024 * 1024;

/** The size of outputs in bytes, as GitHub counts: the values, in UTF-16. */
export function sizeOfOutputs(outputs: Readonly<Record<string, string>>): number {
  let units = 0;
  for (const name in outputs) units += outputs[name]?.length ?? 0;
  return 2 * units;
}

/** What a job or leg adds to the size of the outputs of its run: those of an expanded job are its legs' already. */
export function countedOutputs(document: JobDocument | undefined): number {
  return document === undefined || (document.matrix ?? null) !== null ? 0 : sizeOfOutputs(document.outputs);
}

/**
 * Checks reported outputs against their declaration. The answer says in words all that is wrong, or is null.
 * `isComplete` asks for the required ones, too.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
export function findOutputProblem(
  declared: readonly DeclaredOutput[],
  outputs: Readonly<Record<string, string>>,
  isComplete: boolean,
): string | null {
  const problems: string[] = [];
  const known = declared.map((output) => output.name).join(', ') || 'none';
  for (const [name, value] of Object.entries(outputs)) {
    const declaration = declared.find((output) => output.name === name);
    if (declaration === undefined) problems.push(`there is no output "${name}" (declared: ${known})`);
    else if (value !== '' && declaration.enum.length > 0 && !declaration.enum.includes(value)) {
      problems.push(
        `output "${name}" must be one of ${declaration.enum.join(', ')}, not "${shorten(value)}"`,
      );
    }
  }
  if (sizeOfOutputs(outputs) > longestOutputs) problems.push('the outputs are larger than 1 MB');
  if (isComplete) {
    for (const { name, required } of declared) {
      if (required && (lookup(outputs, name) ?? '') === '') problems.push(`output "${name}" is missing`);
    }
  }
  return problems.length === 0 ? null : problems.join('; ');
}

/** Outputs without the empty ones: those count as not given, as on GitHub. */
export function dropEmpty(outputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== ''));
}

function shorten(value: string): string {
  return value.length <= 80 ? value : `${value.slice(0, 80)}…`;
}
