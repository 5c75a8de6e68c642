import { fail, succeed } from './agent.mjs';
import { fetchBranch, git, tryGit } from './git.mjs';
import { extractPatch } from './proposal.mjs';
import { openPullRequest } from './pull-request.mjs';
import { describeFailures, runTests } from './run-tests.mjs';

/**
 * @typedef {import('./task.mjs').Task} Task
 * @typedef {import('./agent.mjs').Answer} Answer
 */

/**
 * The job `fix`: applies the approved patch on a branch of its own, tests it, pushes it, and opens a pull request.
 * Done twice, it ends with the same branch and the same pull request.
 * @param {Task} task
 * @returns {Promise<Answer>}
 */
export async function fix(task) {
  const proposal = task.need('investigate', 'proposal');
  const patch = proposal === null ? null : extractPatch(proposal);
  if (patch === null) return fail('the approved proposal holds no patch');

  const branch = `fix/${task.issue.number}-${task.attempt}`;
  const base = fetchBranch(task.baseBranch);
  git(['checkout', '--quiet', '-B', branch, base]);
  const applied = tryGit(['apply', '--index', '--whitespace=nowarn', '-'], patch);
  if (!applied.ok)
    return fail(`the approved patch does not apply to ${task.baseBranch}: ${applied.problem.split('\n')[0]}`);

  const run = runTests();
  if (!run.ok) return fail(`with the approved patch these tests fail: ${describeFailures(run)}`);
  git(['commit', '--quiet', '--file=-'], commitMessage(task));
  pushOnce(branch);
  const number = await openPullRequest({
    head: branch,
    base: task.baseBranch,
    title: `Fix: ${task.issue.title}`.slice(0, 200),
    body: pullRequestBody(task, run.passed.length),
  });
  return succeed(`pull request #${number} with the approved patch; ${run.passed.length} tests pass on it`, {
    'pull-request': String(number),
  });
}

/** Pushes the branch; where an earlier try of this turn left one with the same content, that one stays. @param {string} branch */
function pushOnce(branch) {
  const [left] = git(['ls-remote', 'origin', `refs/heads/${branch}`]).split('\t');
  if (left !== undefined && left !== '') {
    git(['fetch', '--quiet', 'origin', left]);
    const isSame =
      git(['rev-parse', `${left}^{tree}`, `${left}^`]) === git(['rev-parse', 'HEAD^{tree}', 'HEAD^']);
    if (isSame) return;
  }
  git([
    'push',
    '--quiet',
    `--force-with-lease=${branch}:${left ?? ''}`,
    'origin',
    `HEAD:refs/heads/${branch}`,
  ]);
}

/** @param {Task} task */
function commitMessage(task) {
  const subject = `Fix: ${task.issue.title.replace(/\s+/g, ' ').trim()}`;
  const cause = task.need('investigate', 'root-cause') ?? '';
  return [
    subject.length > 72 ? `${subject.slice(0, 71)}…` : subject,
    '',
    cause,
    '',
    `Refs #${task.issue.number}`,
    '',
  ].join('\n');
}

/** @param {Task} task @param {number} tests */
function pullRequestBody(task, tests) {
  return [
    `Refs #${task.issue.number}`,
    '',
    task.need('investigate', 'root-cause') ?? '',
    '',
    `The patch is the approved one; ${tests} of ${tests} tests pass on this branch.`,
  ].join('\n');
}
