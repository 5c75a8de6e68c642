import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureBuilt, treadle, treadleJson, type Ended } from './built-cli.ts';
import { processesIn } from './processes.ts';
import { repositoryWith, type TestRepository } from './repository.ts';
import { answer } from './team.ts';

/** What the agent of a job does. */
const AGENTS: Readonly<Record<string, string>> = {
  crashes: 'echo working; echo "no such table: orders" >&2; exit 3',
  killed: 'kill -9 $$',
  nonsense: 'echo "I did it, trust me"',
  silent: 'true',
  twice: answer('success') + answer('failure'),
  forgetful: answer('success', { other: 'thing' }),
  // It ends only when it is made to, and takes a child along that does not want to end either.
  hangs: `trap '' TERM; sh -c "trap '' TERM; sleep 600" & sleep 600; sleep 600`,
  floods: `head -c 50000000 /dev/zero | tr '\\0' x; echo; ${answer('success')}`,
  // One child stays in its group, the other leaves it; both hold its output open.
  breeds: `sleep 600 & setsid sleep 3 & ${answer('success')}`,
  deaf: `exec <&-; ${answer('success')}`,
};

const EXTRA: Readonly<Record<string, string>> = {
  forgetful: 'outputs: { finding: { required: true } }',
  hangs: 'timeout-minutes: 0.02',
};

const job = (name: string, role: string): string => `  ${name}:
    runs-on: ${role}
    prompt: Try.
    max-attempts: 1
    max-turns: 1
    on-failure: fail
    on-timeout: fail
    ${EXTRA[name] ?? 'if: success()'}
`;

const WORKFLOW = `name: Trouble
on: workflow_dispatch
jobs:
${Object.keys(AGENTS)
  .map((name) => job(name, 'backend-engineer'))
  .join('')}${job('missing', 'devops-engineer')}`;

interface Shown {
  readonly run: {
    readonly status: string;
    readonly jobs: Readonly<Record<string, { readonly phase: string }>>;
  };
  readonly jobs: Readonly<
    Record<string, { readonly attempts: readonly { readonly reason: string | null }[] }>
  >;
}

describe('agents that misbehave', () => {
  let repository: TestRepository;
  let ended: Ended;
  let shown: Shown;

  beforeAll(async () => {
    await ensureBuilt();
    const cases = Object.entries(AGENTS).map(([name, script]) => `${name})\n${script}\n;;\n`);
    repository = repositoryWith({
      '.github/treadle.yml': `roles:
  ceo: [boss]
  backend-engineer: [worker]
  devops-engineer: [ghost]
agents:
  worker: { dispatch: command, command: [sh, tools/worker.sh] }
  ghost: { dispatch: command, command: [no-such-program, --fast] }
`,
      '.github/treadle/workflows/trouble.yml': WORKFLOW,
      'tools/worker.sh': `case $TREADLE_JOB in\n${cases.join('')}esac\n`,
    });
    ended = await treadle(['run', 'trouble', '--issue', 'Misbehave'], { cwd: repository.folder });
    shown = await treadleJson<Shown>(['show', '1'], { cwd: repository.folder });
  }, 120_000);
  afterAll(() => repository.remove());

  it.each([
    ['crashes', 'failure', /exit code 3.*no such table: orders/s],
    ['killed', 'failure', /ended by SIGKILL/],
    ['missing', 'failure', /could not be started: no program 'no-such-program' is on the PATH/],
    ['nonsense', 'escalated', /no fenced `treadle` block\. It printed: I did it, trust me/],
    ['silent', 'escalated', /It printed nothing/],
    ['twice', 'escalated', /two|2|several/],
    ['forgetful', 'escalated', /finding/],
    ['hangs', 'cancelled', /not done by/],
  ])('%s: %s, with a reason that helps', (name, phase, reason) => {
    expect(shown.run.jobs[name]?.phase).toBe(phase);
    expect(shown.jobs[name]?.attempts.at(-1)?.reason).toMatch(reason);
  });

  it.each(['floods', 'breeds', 'deaf'])('%s: is heard all the same', (name) => {
    expect(shown.run.jobs[name]?.phase).toBe('success');
  });

  it('waits for the CEO, and says for what', () => {
    expect(ended.code).toBe(3);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
    expect(ended.stderr).toContain('It waits for ceo (boss)');
  });

  it('leaves no process behind', () => {
    expect(processesIn(repository.folder)).toEqual([]);
  });
});
