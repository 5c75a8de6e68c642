import { readFileSync, writeFileSync } from 'node:fs';
import { git } from './git.mjs';
import { applyMutation, listMutations } from './mutations.mjs';
import { runTests } from './run-tests.mjs';

/**
 * @typedef {import('./suspects.mjs').Suspect} Suspect
 * @typedef {import('./mutations.mjs').Mutation} Mutation
 * @typedef {import('./settings.mjs').Bounds} Bounds
 *
 * @typedef {Mutation & { file: string }} Candidate
 * @typedef {Candidate & { patch: string, before: string, after: string, tests: number, number: number }} Fix
 *   patch: a unified diff; tests: how many passed with it; number: the how-manieth candidate it was
 *
 * @typedef {object} Search
 * @property {readonly Fix[]} fixes with which the whole suite passes, in the order they were found
 * @property {number} tried
 * @property {number} possible candidates there were, within and beyond the budget
 * @property {number} nearly candidates that helped the failing tests and broke others
 */

/** Each step down the list of suspects costs one, each step down in the rank of a change as much as three lines. */
const RANK_COSTS = 3;
const LEAST_MS = 1500;
const MOST_MS = 15_000;

/**
 * The candidates for a fix, most promising first.
 * @param {readonly Suspect[]} suspects
 * @returns {readonly Candidate[]}
 */
export function listCandidates(suspects) {
  return suspects
    .flatMap(({ file, line }, index) =>
      listMutations(readFileSync(file, 'utf8'), new Set([line])).map((mutation) => ({
        candidate: { ...mutation, file },
        cost: index + RANK_COSTS * mutation.rank,
      })),
    )
    .sort((one, other) => one.cost - other.cost)
    .map(({ candidate }) => candidate);
}

/**
 * Looks for a one-token change with which the failing tests pass, and all others too: each candidate is written into
 * the clone, tested, and taken back. Ends with the first fix, unless the bounds ask for a thorough search, or with the budget.
 * @param {readonly Suspect[]} suspects
 * @param {{ files: readonly string[], usualMs: number }} failing test files that fail, and how long they take
 * @param {Bounds} bounds
 * @returns {Search}
 */
export function searchFix(suspects, failing, bounds) {
  const candidates = listCandidates(suspects);
  const timeoutMs = Math.ceil(Math.min(MOST_MS, Math.max(LEAST_MS, 8 * failing.usualMs)));
  /** @type {Fix[]} */
  const fixes = [];
  let tried = 0;
  let nearly = 0;
  for (const candidate of candidates.slice(0, bounds.budget)) {
    if (fixes.length >= bounds.choice && !bounds.thorough) break;
    tried += 1;
    const result = tryCandidate(candidate, failing.files, timeoutMs);
    if (result.kind === 'fix') fixes.push({ ...result.fix, number: tried });
    if (result.kind === 'nearly') nearly += 1;
  }
  return { fixes, tried, possible: candidates.length, nearly };
}

/**
 * @param {Candidate} candidate @param {readonly string[]} failingFiles @param {number} timeoutMs
 * @returns {{ kind: 'fix', fix: Omit<Fix, 'number'> } | { kind: 'nearly' } | { kind: 'no' }}
 */
function tryCandidate(candidate, failingFiles, timeoutMs) {
  const { file, line } = candidate;
  const original = readFileSync(file, 'utf8');
  const changed = applyMutation(original, candidate);
  try {
    writeFileSync(file, changed);
    if (!failingFiles.every((test) => runTests({ file: test, timeoutMs }).ok)) return { kind: 'no' };
    const suite = runTests();
    if (!suite.ok) return { kind: 'nearly' };
    const patch = `${git(['diff', '--no-color', '--no-ext-diff', '--', file])}\n`;
    const [before, after] = [original, changed].map((source) => source.split('\n')[line - 1]?.trim() ?? '');
    return {
      kind: 'fix',
      fix: { ...candidate, patch, before: before ?? '', after: after ?? '', tests: suite.passed.length },
    };
  } finally {
    writeFileSync(file, original);
  }
}
