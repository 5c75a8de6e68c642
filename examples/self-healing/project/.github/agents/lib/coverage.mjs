import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests, toRepositoryPath } from './run-tests.mjs';

/**
 * What one test ran.
 * @typedef {object} Ran
 * @property {string} test
 * @property {string} testFile
 * @property {ReadonlyMap<string, readonly RanFunction[]>} functions by file of the sources, those that were called
 *
 * @typedef {{ name: string, from: number, to: number, lines: readonly number[] }} RanFunction
 *   lines: those in which something ran, counted from 1
 *
 * @typedef {{ functionName: string, ranges: readonly { startOffset: number, endOffset: number, count: number }[] }} V8Function
 * @typedef {{ url: string, functions: readonly V8Function[] }} V8Script
 */

/**
 * Runs the suite and tells for each test which functions and lines of the repository's sources it ran. Code that ran
 * because its module was loaded does not count. A test file that breaks off tells nothing.
 * @param {(file: string) => boolean} isSource
 * @returns {{ run: import('./run-tests.mjs').TestRun, ran: readonly Ran[] }}
 */
export function runWithCoverage(isSource) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-coverage-'));
  try {
    const run = runTests({ coverageTo: folder });
    const ran = readdirSync(folder)
      .sort()
      .flatMap((name) => readReport(join(folder, name), isSource));
    return { run, ran };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path @param {(file: string) => boolean} isSource @returns {readonly Ran[]} */
function readReport(path, isSource) {
  /** @type {{ testFile: string, tests: readonly { test: string, scripts: readonly V8Script[] }[] }} */
  const { testFile, tests } = JSON.parse(readFileSync(path, 'utf8'));
  return tests.map(({ test, scripts }) => ({
    test,
    testFile: toRepositoryPath(testFile),
    functions: new Map(
      scripts
        .map(({ url, functions }) => ({ file: toRepositoryPath(url), functions }))
        .filter(({ file }) => isSource(file))
        .map(({ file, functions }) => [file, calledFunctions(readFileSync(file, 'utf8'), functions)]),
    ),
  }));
}

/**
 * The functions that were called, each with the lines in which something ran: of nested ranges the innermost counts.
 * @param {string} source @param {readonly V8Function[]} functions @returns {readonly RanFunction[]}
 */
function calledFunctions(source, functions) {
  const lines = linesOf(source);
  return functions.flatMap(({ functionName, ranges }) => {
    const whole = ranges[0];
    const isModule = whole === undefined || (whole.startOffset === 0 && whole.endOffset >= source.length);
    if (isModule || whole.count === 0) return [];
    const reached = lines.flatMap(({ start, end }, index) => {
      const point = Math.max(start, whole.startOffset);
      if (point >= Math.min(end, whole.endOffset)) return [];
      const inner = ranges.findLast((range) => range.startOffset <= point && point < range.endOffset);
      return inner !== undefined && inner.count > 0 ? [index + 1] : [];
    });
    return [{ name: functionName, from: whole.startOffset, to: whole.endOffset, lines: reached }];
  });
}

/** Where the text of each line begins and ends. @param {string} source */
function linesOf(source) {
  let offset = 0;
  return source.split('\n').map((line) => {
    const start = offset + (line.length - line.trimStart().length);
    const end = offset + line.length;
    offset = end + 1;
    return { start, end };
  });
}
