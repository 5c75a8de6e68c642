import type { Snapshot } from '../store/port.ts';

/**
 * Workflow files are the one thing on the state branch that is not Treadle's: a person commits them (`treadle init`), and
 * Treadle leaves them as they are, since the token of a workflow may neither write nor remove workflow files.
 *
 * @see https://docs.github.com/en/actions/concepts/security/github_token
 */
export const WORKFLOW_FILES = '.github/workflows/';

/**
 * What a review of a decision pull request runs, from that pull request's merge commit.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request_review
 */
export const REVIEW_WORKFLOW_PATH = `${WORKFLOW_FILES}treadle-review.yml`;

/** Whether a branch holds workflow files and nothing else: then it was prepared for Treadle, and its state begins on it. */
export async function isPrepared(tip: Snapshot): Promise<boolean> {
  const [top, ...besideTop] = await tip.list('');
  const [folder, ...besideFolder] = await tip.list('.github');
  const others = besideTop.length + besideFolder.length;
  return others === 0 && top?.name === '.github' && folder?.name === 'workflows';
}
