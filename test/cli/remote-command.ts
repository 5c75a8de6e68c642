import { TreadleError } from '../../src/base/errors.ts';
import { EXIT, exitCodeOf, type ExitCode } from '../../src/cli/exit-codes.ts';
import { buildProgram } from '../../src/cli/run-cli.ts';

/** How a command ended that was executed in this process. */
export interface Told {
  readonly exit: ExitCode;
  readonly out: string;
  readonly notes: string;
  readonly error: TreadleError | null;
}

const VARIABLES = [
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GH_ENTERPRISE_TOKEN',
  'GITHUB_ENTERPRISE_TOKEN',
  'GH_HOST',
  'GITHUB_API_URL',
  'GITHUB_SERVER_URL',
  'GITHUB_REPOSITORY',
  'TREADLE_PAUSED',
];

/**
 * Executes a command line in this process, one at a time, in an environment that knows no more of GitHub than it is given. `hear`
 * is told each line as it comes. What is thrown and is no TreadleError fails the test.
 */
export async function remoteCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  hear: (line: string) => void = () => undefined,
): Promise<Told> {
  let exit: ExitCode = EXIT.done;
  let [out, notes] = ['', ''];
  const terminal = {
    print: (text: string) => {
      out += `${text}\n`;
      hear(text);
    },
    note: (text: string) => {
      notes += `${text}\n`;
      hear(text);
    },
    style: (_: unknown, text: string) => text,
    color: false,
    interactive: false,
  };
  const program = buildProgram({ terminal, finish: (code) => void (exit = code) });
  const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
  setAll(Object.fromEntries(VARIABLES.map((name) => [name, env[name]])));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return { exit, out, notes, error: null };
  } catch (error) {
    if (!(error instanceof TreadleError) || error.code === 'bug') throw error;
    return { exit: exitCodeOf(error.code), out, notes, error };
  } finally {
    setAll(before);
  }
}

function setAll(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
