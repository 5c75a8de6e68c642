/** What the exit code of every command means. Documented in `treadle --help` and in the README. */
export const EXIT = {
  /** Done: the command did what was asked; a run that was driven ended in success. */
  done: 0,
  /** The run that was driven ended in failure, or was cancelled; a case of `conformance` failed. */
  runFailed: 1,
  /** A wrong command line, or a workflow or configuration with errors. Nothing was changed. */
  usage: 2,
  /** Something waits for a person. */
  waiting: 3,
  /** What was named does not exist (a run, a job, a workflow, an issue), or nothing there can be acted on like that. */
  notFound: 4,
  /** State or forge cannot be used as they are: unreadable, too new, unreachable, denied. Nothing was lost. */
  trouble: 5,
  /** A defect of Treadle. */
  defect: 70,
  /** Ended by Ctrl-C or a request to end; the next wake goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODES: Readonly<Record<string, ExitCode>> = {
  usage: EXIT.usage,
  'config-missing': EXIT.usage,
  'config-invalid': EXIT.usage,
  'workflow-invalid': EXIT.usage,
  'import-invalid': EXIT.usage,
  'conformance-invalid': EXIT.usage,
  'not-a-repository': EXIT.usage,
  'repository-unsupported': EXIT.usage,
  'repository-unborn': EXIT.usage,
  'branch-invalid': EXIT.usage,
  'not-started': EXIT.usage,
  'state-elsewhere': EXIT.usage,
  'files-differ': EXIT.usage,
  'index-dirty': EXIT.usage,
  'not-found': EXIT.notFound,
  refused: EXIT.notFound,
  interrupted: EXIT.interrupted,
  bug: EXIT.defect,
};

/** The exit code for an error with a stable code. */
export function exitCodeOf(code: string): ExitCode {
  return CODES[code] ?? EXIT.trouble;
}
