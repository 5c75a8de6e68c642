import type { Template } from '../expression/model.ts';
import { referencesOf } from '../expression/tree.ts';
import type { Job } from '../workflow/model.ts';
import type { RunView } from './draft.ts';

/** Jobs that pass on what their needs give them. An approval does not: what it gives is a person's word. */
const passingOn: readonly Job['type'][] = ['decision', 'merge', 'steps', 'call'];

/** The jobs behind those that pass on what they are given: whoever reported there is an author of what is shown. */
export function sourcesOf(view: RunView, needs: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const definition of passedOnBy(view, needs)) for (const need of definition.needs) found.add(need);
  return [...found].filter((job) => !needs.includes(job)).sort();
}

/**
 * Whether what a job is given, or shows, may be what its run was called with: it speaks of `inputs` itself, or a job that passes
 * things on to it does.
 */
export function tellsInputs(view: RunView, job: Job): boolean {
  return [job, ...passedOnBy(view, job.needs)].some(speaksOfInputs);
}

/** Of the jobs that are needed, directly or by way of such jobs, those that pass on what they are given. */
function passedOnBy(view: RunView, needs: readonly string[]): readonly Job[] {
  const seen = new Set(needs);
  const open = [...needs];
  const found: Job[] = [];
  for (let job = open.pop(); job !== undefined; job = open.pop()) {
    const definition = view.definition(job);
    if (definition === undefined || !passingOn.includes(definition.type)) continue;
    found.push(definition);
    for (const need of definition.needs) {
      if (seen.has(need)) continue;
      seen.add(need);
      open.push(need);
    }
  }
  return found;
}

function speaksOfInputs(job: Job): boolean {
  switch (job.type) {
    case 'approval':
      return mentionsInputs([job.prompt, job.pullRequest]);
    case 'decision':
      return mentionsInputs(Object.values(job.outputs));
    case 'call':
      return mentionsInputs(Object.values(job.with));
    case 'steps':
      // Commands can hand on whatever they see.
      return true;
    case 'merge':
    case 'task':
    case 'verify':
    case 'commit':
      return false;
  }
}

function mentionsInputs(templates: readonly (Template | null)[]): boolean {
  return templates.some((template) =>
    (template?.parts ?? []).some(
      (part) =>
        typeof part !== 'string' && referencesOf(part.tree).some(({ context }) => context === 'inputs'),
    ),
  );
}
