import { holdsExpression } from '../expression/template.ts';
import type { Job } from '../workflow/model.ts';
import type { Draft } from './draft.ts';
import { renderFor } from './evaluation.ts';

/** How much of a name is kept, in UTF-16 units: what an output brings into it may be as long as outputs are. */
const longestName = 200;

/** Whether the `name` of a job holds expressions, so that it is known only once the job begins. */
export function isComputedName({ name }: Pick<Job, 'name'>): boolean {
  return name !== null && holdsExpression(name.source);
}

/** What a `name` with expressions comes to for a job or a leg; null where it has none, no value, or an empty one. */
export function computeName(draft: Draft, id: string, { name }: Pick<Job, 'name'>): string | null {
  if (name === null || !holdsExpression(name.source)) return null;
  const rendered = renderFor(draft, id, name);
  const text = rendered.ok ? rendered.value.trim() : '';
  if (text === '') return null;
  if (text.length <= longestName) return text;
  return `${text.slice(0, longestName - 3).replace(/[\uD800-\uDBFF]$/u, '')}...`;
}

/** Keeps what the `name` of a job comes to as it begins. Legs got theirs when the job was expanded. */
export function nameJob(draft: Draft, definition: Job): void {
  const { id } = definition;
  const name = computeName(draft, id, definition);
  if (name !== null && draft.document(id)?.name !== name) draft.patchJob(id, { name });
}
