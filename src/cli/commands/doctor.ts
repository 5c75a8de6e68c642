import type { Command } from 'commander';

import { systemClock } from '../../runtime/system.ts';
import { examples, JSON_OPTION, REPO_OPTION, type CommandContext } from '../command-context.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { Finding, Severity } from '../doctor/finding.ts';
import { gatherFacts } from '../doctor/gather-facts.ts';
import { findRepository, findToken } from '../github/find-repository.ts';
import { EXIT } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { adapters } from '../wire.ts';

interface DoctorOptions {
  readonly repo: string;
  readonly remote: string;
  readonly api?: string;
  readonly repository?: string;
  readonly json?: true;
}

/** `treadle doctor`: whether a repository on GitHub is set up so that Treadle can work, and what a token can do there. */
export function addDoctor(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command('doctor')
    .description('check how a repository on GitHub is set up, with the token in GITHUB_TOKEN or GH_TOKEN')
    .option('--api <url>', 'the root of the REST API; that of the remote, or GITHUB_API_URL, unless told')
    .option(
      '-R, --repository <owner/name>',
      'the repository; that of the remote, or GITHUB_REPOSITORY, unless told',
    )
    .option('--remote <name>', 'the remote that names both', 'origin')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `\nIt changes nothing. Exit code 0 says that no error was found, 5 that some were.\n${examples(
        'treadle doctor',
        'GH_TOKEN=$(gh auth token) treadle doctor --repository octocat/shop --json',
      )}`,
    )
    .action(async (options: DoctorOptions) => {
      const address = await findRepository(options, process.env);
      const token = findToken(address, process.env);
      const { apiUrl, repository } = address;
      const facts = await gatherFacts({
        forge: adapters.forge(apiUrl, repository, token),
        settings: adapters.settings(apiUrl, repository, token),
        token,
        now: () => systemClock.now(),
      });
      const findings = diagnose(facts);
      if (findings.some(({ severity }) => severity === 'error')) finish(EXIT.trouble);
      if (options.json === true) {
        terminal.print(JSON.stringify({ version: 1, api: apiUrl, repository, findings }, null, 2));
      } else print(terminal, repository, findings);
    });
}

const STYLES = { error: 'red', warning: 'yellow', note: 'cyan', ok: 'green' } as const;

function print(terminal: Terminal, repository: string, findings: readonly Finding[]): void {
  const width = Math.max(...Object.keys(STYLES).map((word) => word.length));
  for (const { severity, code, what, remedy } of findings) {
    terminal.print(`${terminal.style(STYLES[severity], severity.padEnd(width))}  ${what} [${code}]`);
    if (remedy !== null) terminal.print(`${' '.repeat(width)}  → ${remedy}`);
  }
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  terminal.print(
    `\n${repository}: ${errors} errors, ${warnings} warnings, ${notes} notes, ${count('ok')} checks passed`,
  );
}
