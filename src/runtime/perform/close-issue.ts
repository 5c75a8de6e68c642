import type { Effect } from '../../engine/effect.ts';
import { loadIssueIndex } from '../run-documents.ts';
import { done, dropped, type Performance, type Performed } from './performance.ts';

/** Closes the bead, unless another run of it began meanwhile: a bead that is worked is closed by people only. */
export async function closeIssue(
  { runtime, documents, state }: Performance,
  { reason }: Extract<Effect, { type: 'close_issue' }>,
): Promise<Performed> {
  const { id, issue } = state.run;
  const { active } = await loadIssueIndex(documents, issue);
  if (active !== null && active !== id) return dropped(`the bead is worked by run ${active} now`);
  await runtime.forge.issues.close(issue, reason);
  return done();
}
