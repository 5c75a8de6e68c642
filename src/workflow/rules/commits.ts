import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** A workflow has at most one commit job, and somebody verifies after it. */
export function* findCommitProblems({ draft, graph }: RuleInput): Iterable<Finding> {
  const [first, ...others] = draft.jobs.filter((job) => job.type === 'commit');
  if (first === undefined) return;
  for (const other of others) {
    const message = `The job '${other.id}' is a second commit: a workflow commits at most once, here in '${first.id}'`;
    yield finding('two-commits', other.key, message);
  }
  const later = graph.descendants(first.id);
  if (draft.jobs.some((job) => job.type === 'verify' && later.has(job.id))) return;
  yield finding(
    'commit-without-verify',
    first.key,
    `Nobody verifies after the commit '${first.id}': add a verify job`,
  );
}
