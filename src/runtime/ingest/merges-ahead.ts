import { viewOf } from '../../engine/draft.ts';
import { pullRequestFor } from '../../engine/evaluation.ts';
import { loadIssueIndex, loadRun } from '../run-documents.ts';
import type { Reading } from './reading.ts';

/** Beads that are looked into. */
const MOST_BEADS = 50;

/**
 * The pull requests of merges that somebody may just have agreed to: those of open commit jobs of beads that were commented on. What
 * is known of them before the wake decides need not be asked for then.
 */
export async function pullsToMergeSoon(
  { documents, definitions }: Reading,
  issues: readonly number[],
): Promise<readonly number[]> {
  const pulls: number[] = [];
  for (const issue of [...new Set(issues)].slice(0, MOST_BEADS)) {
    const { active } = await loadIssueIndex(documents, issue);
    const loaded = active === null ? undefined : await loadRun(documents, active);
    if (loaded === undefined) continue;
    const { config, state } = loaded;
    const workflow = await definitions.load(documents, state.run.definition);
    for (const [job, { attempts }] of Object.entries(state.jobs)) {
      const node = workflow.jobs.get(job);
      if (node?.type !== 'commit' || attempts.at(-1)?.turns.at(-1)?.outcome !== 'open') continue;
      const pull = pullRequestFor(viewOf({ workflow, config }, state), job, node.pullRequest);
      if (pull.ok) pulls.push(pull.value);
    }
  }
  return pulls;
}
