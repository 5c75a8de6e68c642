import { fail, runAgent, succeed } from './lib/agent.mjs';
import { fetchBranch, git, gitLines, tryGit } from './lib/git.mjs';
import { extractPatch } from './lib/proposal.mjs';
import { ownerOf } from './lib/settings.mjs';
import { describeFailures, runTests } from './lib/run-tests.mjs';

/**
 * @typedef {import('./lib/task.mjs').Task} Task
 * @typedef {import('./lib/agent.mjs').Answer} Answer
 */

/**
 * Reviews a pull request before it is merged: it changes sources only, it is what was approved, it merges, and the
 * tests pass on the merge. The sources are looked at before anything of the pull request is run.
 * @param {Task} task
 * @returns {Answer}
 */
function review(task) {
  const number = /^(?:.*\/pull\/|#)?(\d+)$/.exec(task.need('fix', 'pull-request') ?? '')?.[1];
  if (number === undefined) return fail('no earlier job reported a pull request');
  const base = fetchBranch(task.baseBranch);
  git(['fetch', '--quiet', 'origin', `refs/pull/${number}/head`]);
  const head = git(['rev-parse', 'FETCH_HEAD']);
  const short = `#${number} (${head.slice(0, 7)})`;

  const changed = gitLines(['diff', '--name-only', `${base}...${head}`]);
  if (changed.length === 0) return fail(`${short} changes nothing`);
  const foreign = changed.filter((file) => ownerOf(file) === null);
  if (foreign.length > 0) return fail(`${short} changes more than sources: ${foreign.join(', ')}`);
  if (!isAsApproved(task, base, head)) return fail(`${short} is not the patch that was approved`);

  git(['checkout', '--quiet', '--detach', base]);
  if (!tryGit(['merge', '--quiet', '--no-ff', '-m', `Test merge of #${number}`, head]).ok) {
    const conflicts = gitLines(['diff', '--name-only', '--diff-filter=U']);
    return fail(
      `${short} does not merge into ${task.baseBranch}: conflicts in ${conflicts.join(', ') || 'the history'}`,
    );
  }
  const run = runTests();
  if (!run.ok) return fail(`with ${short} merged these tests fail: ${describeFailures(run)}`);
  return succeed(
    `${short} changes ${changed.join(', ')} as approved; all ${run.passed.length} tests pass on a test merge`,
  );
}

/** Same changed lines as in the approved patch; where no patch was approved there is nothing to compare. @param {Task} task @param {string} base @param {string} head */
function isAsApproved(task, base, head) {
  const approved = extractPatch(task.need('investigate', 'proposal') ?? '');
  if (approved === null) return true;
  const actual = git(['diff', '--no-color', '--no-ext-diff', `${base}...${head}`]);
  return changedLines(actual) === changedLines(approved);
}

/** @param {string} patch */
function changedLines(patch) {
  return patch
    .split('\n')
    .filter((line) => /^[-+]/.test(line))
    .join('\n');
}

await runAgent('engineering-manager', [
  { name: 'commit', isFor: (task) => task.job.type === 'commit', run: review },
]);
