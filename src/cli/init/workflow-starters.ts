import { TreadleError } from '../../base/errors.ts';
import { compileWorkflow } from '../../workflow/compile.ts';
import { suggestion } from '../../workflow/finding.ts';

/** A workflow to begin with. */
export interface WorkflowStarter {
  /** The name by which it is asked for, and of the file. */
  readonly name: string;
  /** Its first comment: what it is, in one sentence. */
  readonly about: string;
  readonly text: string;
}

/**
 * All starters by name: those that were written as such, and the built-in workflows, to be changed. What only others call is no
 * beginning.
 *
 * @param templates texts of the former by name
 * @param builtIn texts of the latter by path
 */
export function workflowStarters(
  templates: ReadonlyMap<string, string>,
  builtIn: ReadonlyMap<string, string>,
): readonly WorkflowStarter[] {
  const copies = [...builtIn].filter(canBegin).map(([path, text]): [string, string] => {
    const name = path.replace(/^.*\/|\.ya?ml$/g, '');
    // What the built-in file says of itself would not be true of a copy.
    const said = /^# It serves where a repository has no .*\n/m;
    return [
      name,
      text.replace(
        said,
        `# It began as a copy of the built-in workflow \`${name}\`, in whose place it is used.\n`,
      ),
    ];
  });
  return [...copies, ...templates]
    .map(([name, text]) => ({ name, about: aboutOf(text), text }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function canBegin([path, text]: readonly [string, string]): boolean {
  const on = compileWorkflow({ path, text }, { roles: 'any' }).workflow?.on;
  return on !== undefined && (on.issues !== null || on.workflowDispatch !== null);
}

/** The starter of a name. Throws `usage`, naming those there are. */
export function findStarter(starters: readonly WorkflowStarter[], name: string): WorkflowStarter {
  const found = starters.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = starters.map((one) => one.name);
  throw new TreadleError('usage', `there is no starter called ${name}.${suggestion(name, names)}`, {
    remedy: `There are: ${names.join(', ')}. What each is: treadle init --workflow`,
  });
}

/** The first sentence of the comment that a file begins with. */
function aboutOf(text: string): string {
  const lines = /^(?:#.*\n)+/.exec(text)?.[0] ?? '';
  const comment = lines.replaceAll(/^#\s?/gm, '').replaceAll('\n', ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(comment)?.[0] ?? comment;
}
