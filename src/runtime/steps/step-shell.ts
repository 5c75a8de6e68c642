import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** How a script is given to its shell. */
export interface ShellCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The script with what its shell wants around it. */
  readonly script: string;
}

interface Shell {
  readonly extension: string;
  readonly command: string;
  readonly wrap?: (script: string) => string;
}

/** The file's name is put in for `{0}`. @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
const SHELLS: Readonly<Record<string, Shell>> = {
  bash: { extension: '.sh', command: 'bash --noprofile --norc -eo pipefail {0}' },
  sh: { extension: '.sh', command: 'sh -e {0}' },
  python: { extension: '.py', command: 'python {0}' },
  node: { extension: '.js', command: 'node {0}' },
  pwsh: {
    extension: '.ps1',
    command: 'pwsh -NoProfile -NonInteractive -File {0}',
    wrap: (script) =>
      `$ErrorActionPreference = 'stop'\n${script}\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }\n`,
  },
};

/** What a script's file is called at the end. */
export function extensionOf(shell: string | null): string {
  return SHELLS[shell ?? 'bash']?.extension ?? '';
}

/**
 * The command that runs a script file: null is bash with `-e`, or sh where there is no bash. Where the program is missing, the
 * answer says so in words.
 */
export async function resolveShell(
  shell: string | null,
  script: string,
  file: string,
  path: string,
): Promise<ShellCommand | string> {
  const name = shell ?? ((await isProgram('bash', path)) ? 'bash' : 'sh');
  const known = SHELLS[name];
  const line = shell === null && name === 'bash' ? 'bash -e {0}' : (known?.command ?? name);
  const [program = '', ...args] = line.split(/\s+/).map((part) => part.replaceAll('{0}', file));
  if (!(await isProgram(program, path))) return `the shell '${program}' is not installed here`;
  return { program, args, script: known?.wrap?.(script) ?? script };
}

async function isProgram(name: string, path: string): Promise<boolean> {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  for (const candidate of candidates) {
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}
