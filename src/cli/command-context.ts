import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code; 0 unless it is called. */
  readonly finish: (code: ExitCode) => void;
}

/** Options that most commands have. */
export interface RepositoryOptions {
  readonly repo: string;
  readonly json?: true;
}

export const REPO_OPTION = ['--repo <dir>', 'the git repository to work in', '.'] as const;
export const JSON_OPTION = ['--json', 'print the result as JSON, with a format version'] as const;

/** Help text with examples, under the options of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
