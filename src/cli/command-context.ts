import type { Command } from 'commander';

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

/** Options of commands that work on this machine or on GitHub. */
export interface PlaceOptions extends RepositoryOptions {
  readonly github?: true;
  readonly repository?: string;
}

/** Options of commands that say something, which is followed by a wake. */
export interface SpeechOptions extends PlaceOptions {
  readonly advance: boolean;
  readonly wait?: true;
  /** Whose word it is. */
  readonly as?: string;
}

export const REPO_OPTION = ['--repo <dir>', 'the git repository to work in', '.'] as const;
export const GITHUB_OPTION = [
  '--github',
  'work on GitHub: on the repository that the remote origin names, with the token in GITHUB_TOKEN or GH_TOKEN',
] as const;
export const REPOSITORY_OPTION = [
  '-R, --repository <owner/name>',
  'work on this repository on GitHub; HOST/OWNER/NAME where it is not on github.com',
] as const;
export const WAIT_OPTION = ['--wait', 'on GitHub: wait until a wake has followed it'] as const;
const NO_ADVANCE_OPTION = [
  '--no-advance',
  'only say it; leave the rest to the next wake, as on GitHub',
] as const;
export const JSON_OPTION = ['--json', 'print the result as JSON, with a format version'] as const;

/** Adds the options of commands that say something for somebody, which is followed by a wake. */
export function addSpeechOptions(command: Command, whose: string): Command {
  return command
    .option('--as <login>', `${whose} unless told, on GitHub whose token it is`)
    .option(...NO_ADVANCE_OPTION)
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...WAIT_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION);
}

/** Help text with examples, under the options of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** The options that lead to the same place, as they follow another command; empty for this machine. */
export function placeWords({ github, repository }: Pick<PlaceOptions, 'github' | 'repository'>): string {
  if (repository !== undefined) return ` -R ${repository}`;
  return github === true ? ' --github' : '';
}

/** Whether a command is to work on GitHub. */
export function isOnGitHub({ github, repository }: Pick<PlaceOptions, 'github' | 'repository'>): boolean {
  return github === true || repository !== undefined;
}
