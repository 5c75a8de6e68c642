/**
 * Loaded into every process of a test run (`--import`): in those that run a test file it notes for each test what it
 * alone ran, as V8 counts it, and writes `{ testFile, tests: [{ test, scripts }] }` into the folder AGENT_COVERAGE_TO.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @typedef {import('./coverage.mjs').V8Script} V8Script */

const folder = process.env.AGENT_COVERAGE_TO;
// The process that `node --test` starts a file in is marked so; the one that starts them is not.
if (folder !== undefined && process.env.NODE_TEST_CONTEXT !== undefined) await recordTests(folder);

/** @param {string} folder */
async function recordTests(folder) {
  const { afterEach, beforeEach } = await import('node:test');
  const take = startCoverage();
  /** @type {{ test: string, scripts: readonly V8Script[] }[]} */
  const tests = [];
  beforeEach(() => {
    take();
  });
  afterEach((context) => {
    tests.push({ test: /** @type {{ name: string }} */ (context).name, scripts: take() });
  });
  process.on('exit', () => {
    const testFile = process.argv[1];
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify({ testFile, tests }));
  });
}

/** Starts to count. Returns a function that gives the counts since the last time, for the files of the repository. */
function startCoverage() {
  const home = pathToFileURL(`${process.cwd()}/`).href;
  const session = new Session();
  session.connect();
  /** @param {string} method @param {object} [parameters] @returns {any} */
  const post = (method, parameters = {}) => {
    /** @type {unknown} */
    let answer;
    session.post(method, parameters, (error, value) => {
      if (error !== null) throw new Error(error.message);
      answer = value;
    });
    return answer;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return () => {
    /** @type {{ result: readonly V8Script[] }} */
    const { result } = post('Profiler.takePreciseCoverage');
    return result.filter(({ url }) => url.startsWith(home));
  };
}
