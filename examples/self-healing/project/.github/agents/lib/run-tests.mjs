import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Failure
 * @property {string} test name of the test
 * @property {string} file path in the repository
 * @property {string} message the failed assertion
 * @property {string} stack
 *
 * @typedef {object} TestRun
 * @property {boolean} ok
 * @property {readonly { test: string, file: string }[]} passed
 * @property {readonly Failure[]} failures
 */

const REPORTER = new URL('reporter.mjs', import.meta.url);
const COVERAGE_HOOK = new URL('coverage-hook.mjs', import.meta.url);

/**
 * The environment of the tests: what runs there is the code under repair, so it gets no token, and no variable that
 * would make it believe that it is part of another test run.
 */
function testEnvironment(extra = {}) {
  const withheld = /^(GITHUB_|GIT_|TREADLE_|NODE_TEST_CONTEXT$|NODE_OPTIONS$|NODE_V8_COVERAGE$|FORCE_COLOR$)/;
  const kept = Object.entries(process.env).filter(([name]) => !withheld.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/** `file:` URLs and absolute paths as paths in the repository. @param {string} path */
export function toRepositoryPath(path) {
  return relative(process.cwd(), path.startsWith('file:') ? fileURLToPath(path) : path).replaceAll('\\', '/');
}

/**
 * Runs tests in the clone: the whole suite as `node --test` does, or one file. A run that takes too long, or that
 * ends without having run a test, is a failure too.
 * @param {{ file?: string, coverageTo?: string, timeoutMs?: number }} [options] coverageTo: a folder, see coverage-hook.mjs
 * @returns {TestRun}
 */
export function runTests({ file, coverageTo, timeoutMs = 60_000 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-tests-'));
  const report = join(folder, 'report');
  const args = [
    ...(file === undefined ? ['--test'] : []),
    `--test-reporter=${REPORTER.href}`,
    `--test-reporter-destination=${report}`,
    ...(file === undefined ? [] : [file]),
  ];
  const coverage = { AGENT_COVERAGE_TO: coverageTo, NODE_OPTIONS: `--import=${COVERAGE_HOOK.href}` };
  const env = testEnvironment(coverageTo === undefined ? {} : coverage);
  try {
    const done = spawnSync(process.execPath, args, {
      env,
      encoding: 'utf8',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    });
    return summarize(readReport(report), done.status, done.stderr ?? '', file ?? 'the tests');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path @returns {readonly any[]} */
function readReport(path) {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** @param {readonly any[]} tests @param {number | null} status @param {string} stderr @param {string} what @returns {TestRun} */
function summarize(tests, status, stderr, what) {
  const placed = tests.map((test) => ({
    ...test,
    test: test.name,
    file: toRepositoryPath(test.file ?? test.name),
  }));
  const failures = placed
    .filter(({ passed }) => !passed)
    .map(({ test, file, message, stack }) => ({ test, file, message, stack }));
  if (failures.length === 0 && (status !== 0 || tests.length === 0)) {
    const reason =
      status === null ? 'did not end in time' : stderr.trim().split('\n').at(-1) || 'ran no test';
    failures.push({ test: what, file: what, message: reason, stack: stderr });
  }
  const passed = placed.filter((test) => test.passed).map(({ test, file }) => ({ test, file }));
  return { ok: failures.length === 0, passed, failures };
}

/** The failing tests in one line. @param {TestRun} run */
export function describeFailures(run) {
  return run.failures.map((failure) => `${failure.file} › ${failure.test}`).join('; ');
}
