import { readFileSync } from 'node:fs';

/**
 * What one turn writes down for the next: Markdown for people, that is read back by the lines of its lists.
 *
 * @typedef {import('./suspects.mjs').Suspect} Suspect
 */

/** @param {string} text */
export function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200);
}

/** @param {readonly import('./run-tests.mjs').Failure[]} failures */
export function renderFailures(failures) {
  const seen = failures.map(({ file, test, message }) => `- ${file} › ${oneLine(test)}: ${oneLine(message)}`);
  return ['These tests fail:', '', ...seen].join('\n');
}

/** @param {string} notes @returns {readonly string[]} the test files of what was rendered, each once */
export function readFailingFiles(notes) {
  return [...new Set([...notes.matchAll(/^- (\S+) › /gm)].map(([, file]) => file ?? ''))];
}

/**
 * @param {readonly string[]} path how a failing test comes to the first suspect
 * @param {readonly Suspect[]} suspects most suspicious first
 */
export function renderSuspects(path, suspects) {
  return [
    `The way there: ${path.join(' → ')}`,
    '',
    'Suspect lines, most suspicious first:',
    '',
    ...suspects.map((suspect) => `- ${suspect.file}:${suspect.line} \`${sourceOf(suspect)}\``),
  ].join('\n');
}

/** @param {string} notes @returns {readonly Suspect[]} */
export function readSuspects(notes) {
  return [...notes.matchAll(/^- ([\w./-]+):(\d+) `/gm)].map(([, file, line]) => ({
    file: file ?? '',
    line: Number(line),
  }));
}

/** @param {Suspect} suspect */
function sourceOf({ file, line }) {
  return (readFileSync(file, 'utf8').split('\n')[line - 1] ?? '').trim().replaceAll('`', "'");
}
