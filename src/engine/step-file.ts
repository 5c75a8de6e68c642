/** Names that a step may not set for the steps after it: they say where and in what it runs. */
const reserved = /^(GITHUB_|RUNNER_|TREADLE_)|^NODE_OPTIONS$/i;

/** The longest file that is read, in UTF-16 units: GitHub's 1 MB of outputs a job. */
export const longestStepFile = 512 * 1024;

/** What a step wrote to GITHUB_OUTPUT or GITHUB_ENV, or in words why it cannot be read. */
export type StepFile =
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads `name=value` lines and `name<<WORD`, lines, `WORD`. Later ones win.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function readStepFile(text: string, file: 'GITHUB_OUTPUT' | 'GITHUB_ENV'): StepFile {
  if (text.length > longestStepFile) return bad(file, `it is longer than ${longestStepFile} characters`);
  const lines = text.split(/\r?\n/);
  const values = new Map<string, string>();
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const [, name = '', operator, rest = ''] = /^(.*?)(<<|=)(.*)$/s.exec(line) ?? [];
    if (operator === undefined || name === '') {
      return bad(file, `'${line.slice(0, 80)}' is not name=value or name<<WORD`);
    }
    if (file === 'GITHUB_ENV' && reserved.test(name)) return bad(file, `${name} cannot be set by a step`);
    if (operator === '=') {
      values.set(name, rest);
      continue;
    }
    const end = lines.indexOf(rest, index + 1);
    if (rest === '' || end < 0) return bad(file, `the value of ${name} has no line '${rest}' after it`);
    values.set(name, lines.slice(index + 1, end).join('\n'));
    index = end;
  }
  return { ok: true, values: Object.fromEntries(values) };
}

function bad(file: string, problem: string): StepFile {
  return { ok: false, problem: `${file}: ${problem}` };
}
