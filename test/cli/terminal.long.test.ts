import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { beforeAll, describe, it, type TestContext } from 'vitest';

import { CLI, ensureBuilt, testEnvironment } from './built-cli.ts';
import { repositoryWith, type TestRepository } from './repository.ts';
import { answer, smallTeam } from './team.ts';

/** util-linux; it gives a program a terminal of its own. */
const SCRIPT = 'script';
const hasScript = spawnSync(SCRIPT, ['--version']).status === 0;

const ASKING = smallTeam(
  `  draft:
    runs-on: backend-engineer
    prompt: Draft.
    outputs: { text: { required: true } }
  approve:
    type: approval
    needs: draft
    runs-on: ceo
    prompt: \${{ needs.draft.outputs.text }}
    on-rejected: draft
`,
  `case $(cat) in
*"make it shorter"*) ${answer('success', { text: 'Hi' })} ;;
*) ${answer('success', { text: 'Good day to you' })} ;;
esac
`,
);

interface Session {
  readonly code: number | null;
  readonly screen: string;
}

/** Runs a command on a terminal, and types an answer at each prompt, once that stands there. */
async function onTerminal(
  { folder }: TestRepository,
  command: string,
  answers: readonly (readonly [prompt: string, typed: string])[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const line = `${process.execPath} ${CLI} ${command}`;
  const child = spawn(SCRIPT, ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: folder,
    env: { ...testEnvironment(), TERM: 'xterm', ...env },
  });
  let screen = '';
  let read = 0;
  const waiting = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [next] = waiting;
    const at = next === undefined ? -1 : screen.indexOf(next[0], read);
    if (next === undefined || at === -1) return;
    waiting.shift();
    read = screen.length;
    child.stdin.write(next[1]);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, screen };
}

function repositoryFor({ onTestFinished }: TestContext): TestRepository {
  const repository = repositoryWith(ASKING);
  onTestFinished(() => repository.remove());
  return repository;
}

const RUN = 'run small --issue Greet';
const APPROVE = 'Approve? [y]es, [n]o with feedback, [l]ater: ';

describe.skipIf(!hasScript)('on a terminal', () => {
  beforeAll(ensureBuilt, 120_000);

  it.concurrent(
    'asks for the decision, and takes feedback to who drafted it',
    async (context) => {
      const { expect } = context;
      const repository = repositoryFor(context);
      const { code, screen } = await onTerminal(repository, RUN, [
        [APPROVE, 'what?\n'],
        [APPROVE, 'n\n'],
        ['What should be different? ', 'make it shorter\n'],
        [APPROVE, 'yes\n'],
      ]);
      expect(code).toBe(0);
      expect(screen).toContain('Your decision is needed: approve');
      expect(screen.indexOf('Good day to you')).toBeLessThan(screen.indexOf('make it shorter'));
      expect(screen.lastIndexOf('Hi')).toBeGreaterThan(screen.indexOf('make it shorter'));
      // eslint-disable-next-line no-control-regex -- colours are what is looked for
      expect(screen).toMatch(/\u001b\[32m/);
    },
    120_000,
  );

  it.concurrent.for([
    ['later', 'l\n', 3],
    ['the end of input', '\u0004', 3],
    ['Ctrl-C', '\u0003', 130],
  ] as const)('%s leaves the question open', async ([, typed, expected], context) => {
    const { expect } = context;
    const repository = repositoryFor(context);
    const { code, screen } = await onTerminal(repository, RUN, [[APPROVE, typed]], { NO_COLOR: '1' });
    expect(code).toBe(expected);
    // eslint-disable-next-line no-control-regex -- no colours are what is looked for
    expect(screen.replaceAll(/\u001b\[\d*[GJ]/g, '')).not.toMatch(/\u001b\[/);
    expect(screen).not.toMatch(/^ {4}at /m);
  });
});
