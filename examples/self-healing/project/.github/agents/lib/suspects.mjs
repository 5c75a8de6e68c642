import { readFileSync } from 'node:fs';
import { runWithCoverage } from './coverage.mjs';
import { listMutations } from './mutations.mjs';
import { ownerOf } from './settings.mjs';
import { toRepositoryPath } from './run-tests.mjs';
import { tokenize } from './tokens.mjs';

/**
 * @typedef {import('./run-tests.mjs').TestRun} TestRun
 * @typedef {import('./run-tests.mjs').Failure} Failure
 * @typedef {import('./coverage.mjs').Ran} Ran
 * @typedef {{ file: string, line: number }} Suspect
 */

/** @param {string} file */
const isSource = (file) => ownerOf(file) !== null;

/**
 * Follows failing tests to the code. Lines are suspected by what ran them: the more failing and the fewer passing
 * tests, the more (the Ochiai coefficient of spectrum-based fault localisation). What a suspect line reads from a
 * constant of its module makes the constant suspect, and a line of ours in a stack trace comes before all others.
 * @returns {{ run: TestRun, suspects: readonly Suspect[], path: readonly string[] }}
 *   suspects: most suspicious first; path: the calls that lead from a failing test to the first one
 */
export function locateSuspects() {
  const { run, ran } = runWithCoverage(isSource);
  const isFailing = (/** @type {Ran} */ { test, testFile }) =>
    run.failures.some((failure) => failure.test === test && failure.file === testFile);
  const failing = ran.filter(isFailing);
  const passing = ran.filter((one) => !isFailing(one));
  const scores = scoreLines(failing, passing);
  for (const failure of run.failures) {
    for (const frame of framesOf(failure)) scores.set(frame, (scores.get(frame) ?? 0) + 1);
  }
  addConstants(scores);
  const suspects = [...scores]
    .sort(([oneKey, one], [otherKey, other]) => other - one || compareKeys(oneKey, otherKey))
    .map(([key]) => fromKey(key))
    .filter(({ file, line }) => listMutations(readFileSync(file, 'utf8'), new Set([line])).length > 0);
  const [first, start] = [suspects[0], failing[0]];
  return { run, suspects, path: first !== undefined && start !== undefined ? callPath(start, first) : [] };
}

/** @param {string} file @param {number} line */
const toKey = (file, line) => `${file}:${line}`;

/** @param {string} key @returns {Suspect} */
function fromKey(key) {
  const colon = key.lastIndexOf(':');
  return { file: key.slice(0, colon), line: Number(key.slice(colon + 1)) };
}

/** @param {string} oneKey @param {string} otherKey */
function compareKeys(oneKey, otherKey) {
  const [one, other] = [fromKey(oneKey), fromKey(otherKey)];
  return one.file < other.file ? -1 : one.file > other.file ? 1 : one.line - other.line;
}

/** @param {Ran} ran @returns {ReadonlySet<string>} */
function keysOf({ functions }) {
  return new Set(
    [...functions].flatMap(([file, called]) =>
      called.flatMap(({ lines }) => lines.map((line) => toKey(file, line))),
    ),
  );
}

/** @param {readonly Ran[]} failing @param {readonly Ran[]} passing @returns {Map<string, number>} */
function scoreLines(failing, passing) {
  const failed = failing.map(keysOf);
  const passed = passing.map(keysOf);
  const keys = new Set(failed.flatMap((lines) => [...lines]));
  return new Map(
    [...keys].map((key) => {
      const inFailed = failed.filter((lines) => lines.has(key)).length;
      const inPassed = passed.filter((lines) => lines.has(key)).length;
      return [key, inFailed / Math.sqrt(failed.length * (inFailed + inPassed))];
    }),
  );
}

/** Lines of the repository's sources in a stack trace. @param {Failure} failure @returns {readonly string[]} */
function framesOf({ stack }) {
  return [...stack.matchAll(/(file:\/\/[^\s()]+?|\/[^\s():]+):(\d+)/g)]
    .map(([, path, line]) => ({ file: toRepositoryPath(path ?? ''), line: Number(line) }))
    .filter(({ file }) => isSource(file))
    .map(({ file, line }) => toKey(file, line));
}

/** Adds the lines of the module constants that suspect lines read. @param {Map<string, number>} scores */
function addConstants(scores) {
  const files = new Set([...scores.keys()].map((key) => fromKey(key).file));
  for (const file of files) {
    const tokens = tokenize(readFileSync(file, 'utf8'));
    const constants = moduleConstants(tokens);
    for (const token of tokens) {
      const lines = token.kind === 'word' ? constants.get(token.text) : undefined;
      const score = scores.get(toKey(file, token.line));
      if (lines === undefined || score === undefined) continue;
      for (const line of lines) {
        const key = toKey(file, line);
        scores.set(key, Math.max(scores.get(key) ?? 0, score * 0.999));
      }
    }
  }
}

/** The lines of each `const` of a module's top level. @param {readonly import('./tokens.mjs').Token[]} tokens */
function moduleConstants(tokens) {
  /** @type {Map<string, ReadonlySet<number>>} */
  const constants = new Map();
  let depth = 0;
  tokens.forEach((token, index) => {
    if (token.kind === 'operator' && '([{'.includes(token.text)) depth += 1;
    if (token.kind === 'operator' && ')]}'.includes(token.text)) depth -= 1;
    const name = tokens[index + 1];
    if (depth !== 0 || token.text !== 'const' || name?.kind !== 'word') return;
    const end = tokens.findIndex((later, at) => at > index && later.text === ';');
    constants.set(
      name.text,
      new Set(tokens.slice(index, end === -1 ? undefined : end).map(({ line }) => line)),
    );
  });
  return constants;
}

/**
 * How a test comes to a suspect line: the shortest chain of calls, among the functions that really ran.
 * @param {Ran} ran @param {Suspect} suspect
 * @returns {readonly string[]}
 */
function callPath({ test, testFile, functions }, suspect) {
  const called = [...functions].flatMap(([file, list]) => {
    const source = readFileSync(file, 'utf8');
    return list
      .filter(({ name }) => name !== '')
      .map(({ name, from, to, lines }) => ({ name, file, body: source.slice(from, to), lines }));
  });
  const here = called.filter(({ file, lines }) => file === suspect.file && lines.includes(suspect.line));
  const targets = new Set(here.length > 0 ? here : called.filter(({ file }) => file === suspect.file));
  /** @type {{ body: string, steps: readonly string[] }[]} */
  const queue = [{ body: readFileSync(testFile, 'utf8'), steps: [`${testFile} › ${test}`] }];
  const seen = new Set();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const words = new Set(tokenize(next.body).map(({ text }) => text));
    for (const callee of called.filter((one) => words.has(one.name) && !seen.has(one))) {
      const steps = [...next.steps, `${callee.name} (${callee.file}:${callee.lines[0]})`];
      if (targets.has(callee)) return steps;
      seen.add(callee);
      queue.push({ body: callee.body, steps });
    }
  }
  return [`${testFile} › ${test}`];
}
