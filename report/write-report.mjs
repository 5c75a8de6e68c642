// Writes RUNNER_TEMP/treadle-report/report.md from what the action was given. Everything comes by the environment and is data:
// nothing of it is run, printed, or taken for the end of the block that it stands in.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT_BYTES = 2 * 1024 * 1024;
const OUTCOMES = ['success', 'failure', 'continue'];
const env = (name) => process.env[`TREADLE_REPORT_${name}`] ?? '';

/** A report as JSON, which is YAML. Line breaks within texts are escaped, so that no line of it can close the block. */
function renderReport(report) {
  const json = JSON.stringify(report).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `\`\`\`treadle\n${json}\n\`\`\`\n`;
}

function failure(summary) {
  return renderReport({ outcome: 'failure', summary });
}

/** What an agent left in a file, as it is: Treadle reads it by the same rules as a comment. */
function readAnswer(file) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return failure('The agent ended without an answer.');
  if (size > LIMIT_BYTES) return failure(`The agent's answer is larger than ${LIMIT_BYTES} bytes.`);
  const answer = readFileSync(file, 'utf8');
  return /^ {0,3}(`{3,}|~{3,})[ \t]*treadle[ \t]*\r?$/im.test(answer)
    ? answer
    : failure('The answer of the agent holds no treadle block.');
}

/** A JSON object, or lines `name=value`. Values that are no texts become their JSON text. */
function readOutputs(text) {
  const trimmed = text.trim();
  if (trimmed === '') return {};
  if (!trimmed.startsWith('{')) {
    return Object.fromEntries(
      trimmed.split(/\r?\n/).flatMap((line) => {
        if (line.trim() === '') return [];
        const at = line.indexOf('=');
        if (at < 1) throw new Error('each line of outputs must be name=value');
        return [[line.slice(0, at).trim(), line.slice(at + 1)]];
      }),
    );
  }
  return Object.fromEntries(
    Object.entries(JSON.parse(trimmed)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function readReport() {
  const [outcome, file] = [env('OUTCOME'), env('ANSWER_FILE')];
  if (outcome !== '' && file !== '') throw new Error('give either outcome or answer-file, not both');
  if (file !== '') return readAnswer(file);
  if (!OUTCOMES.includes(outcome)) throw new Error(`outcome must be ${OUTCOMES.join(', ')}`);
  return renderReport({ outcome, outputs: readOutputs(env('OUTPUTS')), summary: env('SUMMARY') });
}

try {
  const folder = join(process.env['RUNNER_TEMP'] ?? '.', 'treadle-report');
  const report = readReport();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.md'), report);
} catch (error) {
  const message = error instanceof SyntaxError ? 'outputs is no JSON' : error.message;
  console.error(`The report could not be written: ${message}`);
  process.exitCode = 1;
}
