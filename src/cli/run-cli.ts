import { Command, CommanderError } from 'commander';

import { TreadleError } from '../base/errors.ts';
import type { Diagnostic } from '../workflow/diagnostic.ts';
import { formatDiagnostics } from '../workflow/format-diagnostics.ts';
import { readVersion } from '../runtime/package-files.ts';
import { addAdvance } from './commands/advance.ts';
import { addAnswers } from './commands/answers.ts';
import { addConformance } from './commands/conformance.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addFileBug } from './commands/file-bug.ts';
import { addGraph } from './commands/graph.ts';
import { addInit } from './commands/init.ts';
import { addImport } from './commands/import.ts';
import { addLint } from './commands/lint.ts';
import { addLog } from './commands/log.ts';
import { addMetrics } from './commands/metrics.ts';
import { addOverrides } from './commands/overrides.ts';
import { addReady } from './commands/ready.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addServe } from './commands/serve.ts';
import { addShow } from './commands/show.ts';
import { addStatus } from './commands/status.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const EXIT_CODES_HELP = `
Exit codes:
  0  done; a run that was driven ended in success
  1  the run that was driven ended in failure, or was cancelled; a case failed
  2  wrong command line, or a workflow or configuration with errors; nothing was changed
  3  something waits for a person
  4  what was named does not exist, or nothing there can be acted on like that
  5  state or forge cannot be used as they are; nothing was lost
  70 a defect of Treadle: please report it
  130 ended by Ctrl-C; the next wake goes on

Examples:
  $ treadle lint
  $ treadle run bug --issue "Total is off by one" --body "3 + 4 gives 8"
  $ treadle status
  $ treadle explain 1-1
  $ treadle approve 1-1 --reason "Looks right"
  $ treadle status --github`;

/** Runs one command line and returns its exit code. Errors are caught here, once, and told to the person. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const terminal = openTerminal();
  let exit: ExitCode = EXIT.done;
  const context: CommandContext = {
    terminal,
    finish: (code) => {
      exit = code;
    },
  };
  const program = buildProgram(context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return tellError(terminal, error, args.includes('--json'));
  }
}

/** All commands as commander knows them; errors are thrown. Also by what checks the command lines of documents. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('treadle')
    .description('A Git-native workflow runner with GitHub Actions semantics.')
    .version(readVersion())
    .showHelpAfterError('(see treadle --help)')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', EXIT_CODES_HELP);
  const add = [
    addRun,
    addAnswers,
    addStatus,
    addReady,
    addShow,
    addExplain,
    addLog,
    addGraph,
    addMetrics,
    addLint,
    addAdvance,
    addOverrides,
    addReport,
    addFileBug,
    addImport,
    addServe,
    addInit,
    addDoctor,
    addConformance,
  ];
  for (const addTo of add) addTo(program, context);
  for (const command of program.commands) {
    command.exitOverride().showHelpAfterError(`(see treadle ${command.name()} --help)`);
  }
  return program;
}

/** Says what went wrong, where, and what to do; never a stack trace, save for what can only be our own mistake. */
function tellError(terminal: Terminal, thrown: unknown, json: boolean): ExitCode {
  const error = isRefusal(thrown) ? refusal(thrown) : thrown;
  const known = error instanceof TreadleError ? error : null;
  const code = known?.code ?? 'bug';
  const exit = exitCodeOf(code);
  const message = error instanceof Error ? error.message : String(error);
  const { diagnostics, text, ...facts } = known?.facts ?? {};
  if (json) {
    const remedy = known?.remedy;
    terminal.print(
      JSON.stringify({ version: 1, error: { code, message, remedy, ...facts, diagnostics } }, null, 2),
    );
    return exit;
  }
  if (Array.isArray(diagnostics) && typeof text === 'string') {
    terminal.note(
      formatDiagnostics(diagnostics as Diagnostic[], () => text, { color: terminal.color }).trimEnd(),
    );
    terminal.note('');
  } else {
    terminal.note(`${terminal.style('red', 'error')} [${code}]: ${message}`);
  }
  if (known?.remedy !== undefined) terminal.note(known.remedy);
  if (exit === EXIT.defect) {
    terminal.note('This is a defect of Treadle. Please report it, with what follows:');
    terminal.note(error instanceof Error ? (error.stack ?? message) : message);
  }
  return exit;
}

/** What the machine refuses, and no program can help: permissions, space, something in the way. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'Give yourself permission to write there, and run the command again.',
  EPERM: 'Give yourself permission to write there, and run the command again.',
  EROFS: 'The file system is read-only: use a repository on one that can be written to.',
  ENOSPC: 'The disk is full: make room, and run the command again.',
  EDQUOT: 'Your quota is used up: make room, and run the command again.',
  ENOTDIR: 'Something that is no folder is in the way: move it, and run the command again.',
  EEXIST: 'Something that is no folder is in the way: move it, and run the command again.',
  EISDIR: 'A folder is in the way: move it, and run the command again.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n), and run the command again.',
};

function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && String(error.code) in REFUSALS;
}

function refusal(error: NodeJS.ErrnoException): TreadleError {
  return new TreadleError('file-system', `the machine refused it: ${error.message}`, {
    remedy: `Nothing was lost. ${REFUSALS[error.code ?? ''] ?? ''}`,
    cause: error,
  });
}
