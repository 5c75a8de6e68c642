import { readFileSync } from 'node:fs';
import { fail, goOn, succeed } from './agent.mjs';
import { oneLine, readFailingFiles, readSuspects, renderFailures, renderSuspects } from './notes.mjs';
import { renderProposal } from './proposal.mjs';
import { searchFix } from './search.mjs';
import { readBounds } from './settings.mjs';
import { locateSuspects } from './suspects.mjs';
import { describeFailures, runTests } from './run-tests.mjs';

/**
 * @typedef {import('./task.mjs').Task} Task
 * @typedef {import('./agent.mjs').Answer} Answer
 * @typedef {import('./suspects.mjs').Suspect} Suspect
 */

/**
 * The job `investigate`, a turn a step: see the tests fail, follow them to the code, look for a fix. What one turn
 * finds reaches the next one through its outputs alone; the last turn that there is does whatever is left.
 * @param {Task} task
 * @returns {Answer}
 */
export function investigate(task) {
  if (task.turn >= Math.min(3, task.maxTurns)) return proposeFix(task);
  return task.turn === 1 ? reproduce() : follow(task);
}

/** @returns {Answer} */
function reproduce() {
  const run = runTests();
  if (run.ok) return fail('the tests pass: what the issue describes is not covered by a test');
  return goOn(`${describeFailures(run)}: ${oneLine(run.failures[0]?.message ?? '')}`, {
    'root-cause': renderFailures(run.failures),
  });
}

/** @param {Task} task @returns {Answer} */
function follow(task) {
  const { run, suspects, path } = locateSuspects();
  if (run.ok) return fail('the tests pass: what the issue describes is not covered by a test');
  if (suspects.length === 0) return fail(`nothing that could be varied ran in ${describeFailures(run)}`);
  const looked = suspects.slice(0, readBounds(feedbackOf(task)).lines);
  const first = looked[0];
  return goOn(`the failure leads through ${path.slice(1).join(' → ')} to ${first?.file}:${first?.line}`, {
    'root-cause': `${renderFailures(run.failures)}\n\n${renderSuspects(path, looked)}`,
  });
}

/** @param {Task} task @returns {Answer} */
function proposeFix(task) {
  const bounds = readBounds(feedbackOf(task));
  const { files, located } = readNotes(task) ?? lookAgain(bounds);
  const startedAt = performance.now();
  const failures = files.flatMap((file) => runTests({ file }).failures);
  const usualMs = performance.now() - startedAt;
  if (failures.length === 0) return fail('the tests pass: there is nothing to fix');

  const suspects = focusOn(located, bounds.focus);
  const search = searchFix(suspects, { files, usualMs }, bounds);
  const fix = search.fixes[bounds.choice - 1] ?? search.fixes[0];
  if (fix === undefined) return fail(describeVainSearch(search, suspects, bounds));
  return succeed(
    `${fix.file}:${fix.line}: ${fix.from} should be ${fix.to === '' ? 'left out' : fix.to}`,
    renderProposal({ task, failures, search, fix, suspects }),
  );
}

/** What the earlier turns of this attempt found; null where they left nothing to go on. @param {Task} task */
function readNotes(task) {
  const notes = task.earlierTurns.map(({ outputs }) => outputs['root-cause'] ?? '').join('\n');
  const [files, located] = [readFailingFiles(notes), readSuspects(notes)];
  return files.length > 0 && located.length > 0 ? { files, located } : null;
}

/** @param {import('./settings.mjs').Bounds} bounds */
function lookAgain(bounds) {
  const { run, suspects } = locateSuspects();
  const files = [...new Set(run.failures.map(({ file }) => file))];
  return { files, located: suspects.slice(0, bounds.lines) };
}

/** @param {Task} task */
function feedbackOf(task) {
  return task.feedback?.text ?? '';
}

/**
 * @param {import('./search.mjs').Search} search @param {readonly Suspect[]} suspects
 * @param {import('./settings.mjs').Bounds} bounds
 */
function describeVainSearch({ tried, possible, nearly }, suspects, bounds) {
  const rest = possible - tried;
  return [
    `no fix found: tried ${tried} of ${possible} small changes in ${suspects.length} suspect lines (the budget is ${bounds.budget})`,
    ...(nearly === 0 ? [] : [`${nearly} of them helped, but broke other tests`]),
    rest === 0
      ? 'it needs more than one small change'
      : `${rest} are untried: to go on, answer "search wider: budget ${possible}"`,
  ].join('; ');
}

/** The lines somebody pointed at first, then the others. @param {readonly Suspect[]} suspects @param {import('./settings.mjs').Bounds['focus']} focus */
function focusOn(suspects, focus) {
  const named = focus.flatMap(({ file, from, to }) => {
    const files = file === null ? [...new Set(suspects.map((suspect) => suspect.file))] : [file];
    const lines = Array.from(
      { length: Math.max(0, Math.min(to - from, 100) + 1) },
      (_, index) => from + index,
    );
    return files.filter(isReadable).flatMap((at) => lines.map((line) => ({ file: at, line })));
  });
  const isNamed = (/** @type {Suspect} */ { file, line }) =>
    named.some((at) => at.file === file && at.line === line);
  return [...named, ...suspects.filter((suspect) => !isNamed(suspect))];
}

/** @param {string} file a path from feedback: only files of the repository are looked at */
function isReadable(file) {
  if (file.startsWith('/') || file.split('/').includes('..')) return false;
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
