import { fail, runAgent, succeed } from './lib/agent.mjs';
import { fetchBranch, git, tryGit } from './lib/git.mjs';
import { ownerOf } from './lib/settings.mjs';
import { locateSuspects } from './lib/suspects.mjs';
import { describeFailures, runTests } from './lib/run-tests.mjs';

/**
 * @typedef {import('./lib/task.mjs').Task} Task
 * @typedef {import('./lib/agent.mjs').Answer} Answer
 */

/**
 * Sees the tests fail and decides whose code it is that fails.
 * @param {Task} task
 * @returns {Answer}
 */
function triage(task) {
  const { run, suspects } = locateSuspects();
  if (run.ok) return fail(`all ${run.passed.length} tests pass: a test that shows the bug is missing`);
  const file = suspects[0]?.file;
  const specialist = file === undefined ? null : ownerOf(file);
  if (specialist === null) return fail(`nobody owns the code that fails: ${describeFailures(run)}`);
  if (task.specialists.length > 0 && !task.specialists.includes(specialist)) {
    return fail(`${file} belongs to ${specialist}, who cannot be chosen here`);
  }
  return succeed(
    `the trail begins in ${file}, which ${specialist} owns; what fails: ${describeFailures(run)}`,
    { specialist, reproduction: describeReproduction(run) },
  );
}

/** @param {import('./lib/run-tests.mjs').TestRun} run */
function describeReproduction(run) {
  const seen = run.failures.map(({ file, test, message }) => `${file} › ${test}: ${message.split('\n')[0]}`);
  return ['`node --test` prints:', ...seen].join('\n');
}

/**
 * Runs the tests on what the base branch is now, and sees that the merge is in it.
 * @param {Task} task
 * @returns {Answer}
 */
function verify(task) {
  const tip = fetchBranch(task.baseBranch);
  const merged = task.need('commit', 'sha');
  if (merged !== null && !tryGit(['merge-base', '--is-ancestor', merged, tip]).ok) {
    return fail(`the merge ${merged.slice(0, 7)} is not in ${task.baseBranch}`);
  }
  git(['checkout', '--quiet', '--detach', tip]);
  const run = runTests();
  if (!run.ok)
    return fail(`on ${task.baseBranch} (${tip.slice(0, 7)}) these tests fail: ${describeFailures(run)}`);
  return succeed(`all ${run.passed.length} tests pass on ${task.baseBranch} (${tip.slice(0, 7)})`);
}

await runAgent('qa-engineer', [
  { name: 'triage', isFor: (task) => task.declared.includes('specialist'), run: triage },
  { name: 'verify', isFor: (task) => task.job.type === 'verify', run: verify },
]);
