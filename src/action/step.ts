import * as core from '@actions/core';

import type { Diagnostic } from '../workflow/diagnostic.ts';

/** The step of a workflow that is being executed, as it appears to people. */
export interface Step {
  /** A line of the log. */
  readonly say: (line: string) => void;
  /** An annotation without a place. */
  readonly warn: (text: string) => void;
  /** An annotation at the place of a finding. */
  readonly annotate: (diagnostic: Diagnostic) => void;
  readonly output: (name: string, value: string) => void;
  /** Adds to the step's summary; where the runner has none, nothing happens. */
  readonly summarise: (markdown: string) => Promise<void>;
  /** Marks the step as failed, with the reason. */
  readonly fail: (reason: string) => void;
}

/** The step that GitHub's runner has started this process for. */
export const runnerStep: Step = {
  say: (line) => core.info(asPlainLine(line)),
  warn: (text) => core.warning(text),
  annotate({ path, start, end, severity, code, message }) {
    const say = severity === 'error' ? core.error : core.warning;
    say(`${message} [${code}]`, {
      title: code,
      file: path,
      startLine: start.line,
      startColumn: start.column,
      ...(end.line === start.line
        ? { endLine: end.line, endColumn: Math.max(end.column - 1, start.column) }
        : { endLine: end.line }),
    });
  },
  output: (name, value) => core.setOutput(name, value),
  async summarise(markdown) {
    if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
    await core.summary.addRaw(markdown, true).write();
  },
  fail: (reason) => core.setFailed(reason),
};

/**
 * A text as one line of the log that is no command to the runner, which obeys `::` at the beginning of a line and `##[` anywhere.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function asPlainLine(text: string): string {
  return text
    .replaceAll(/[\r\n\u2028\u2029]+/g, ' ')
    .replace(/^(?=\s*::)/, '\u200b')
    .replaceAll('##[', '#\u200b#[');
}
