import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const HEADER = 'on: { issues: { labels: [bug] } }\njobs:\n';

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
afterEach(() => world.history.expectSound());

/** Runs a workflow of one job `build` with these lines to its end. Returns the run's id. */
async function runBuild(lines: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const build = lines.trim().replace(/^/gm, '    ');
  const workflow = `${HEADER}  build:\n    runs-on: treadle\n${build}\n`;
  world = await host.newWorld({ workflows: { fix: workflow }, store: 'memory', files });
  const bead = await world.fileBead('It\'s "$(touch hacked)" broken');
  await (await world.runner()).wake();
  return `${bead}-1`;
}

async function attemptOf(run: string) {
  const { attempts, outputs } = await world.history.job(run, 'build');
  const attempt = attempts.at(-1);
  return { outputs, outcome: attempt?.outcome, reason: attempt?.reason, record: attempt?.steps };
}

describe('steps that are run', () => {
  test('work in a clone of the base branch, hand values on by files, and leave a log', async () => {
    const run = await runBuild(
      `
env: { TITLE: "\${{ github.event.issue.title }}" }
steps:
  - id: one
    run: |
      cat src/total.txt | head -1
      echo "way=left" >> "$GITHUB_OUTPUT"
      echo "LEVEL=\${{ runner.os }}" >> "$GITHUB_ENV"
      mkdir tools && printf '#!/bin/sh\\necho from a tool\\n' > tools/greet && chmod +x tools/greet
      echo "$PWD/tools" >> "$GITHUB_PATH"
      echo "## Built" >> "$GITHUB_STEP_SUMMARY"
  - name: Two
    shell: sh
    working-directory: src
    run: |
      greet
      echo "$TITLE, level $LEVEL, job $GITHUB_JOB of $GITHUB_REPOSITORY, in $(basename "$PWD"), CI $CI"
      test -n "$GITHUB_SHA" && test "$(git rev-parse HEAD)" = "$GITHUB_SHA"
      env | grep -E '^(TREADLE_|GITHUB_TOKEN|GIT_CONFIG)' || echo clean
outputs: { way: "\${{ steps.one.outputs.way }}" }`,
    );
    const { outputs, outcome, reason, record } = await attemptOf(run);
    expect({ outcome, reason }).toEqual({ outcome: 'success', reason: null });
    expect(outputs).toEqual({ way: 'left' });
    expect(record?.log).toContain('one\n');
    expect(record?.log).toContain('from a tool\n');
    expect(record?.log).toContain(
      `It's "$(touch hacked)" broken, level Linux, job build of ${world.repository}, in src, CI true`,
    );
    expect(record?.log).toContain('clean\n');
    expect(record?.summary).toBe('## Built\n');
    expect(record?.commit).toBe(await world.git('rev-parse', 'main'));
    expect(record?.steps.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'Run cat src/total.txt | head -1: success',
      'Two: success',
    ]);
    expect(record?.file).toBe(`logs/${run}/build-1.log`);
    expect(readFileSync(join(world.folder, record?.file ?? ''), 'utf8')).toBe(record?.log);
    expect(readdirSync(world.folder).filter((name) => name.startsWith(`${run}-build`))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['an exit code', 'steps: [{ run: exit 3 }]', 'step "Run exit 3": it ended with exit code 3'],
    [
      'a failing line in the middle',
      'steps: [{ run: "false\\ntrue", name: a }]',
      'step "a": it ended with exit code 1',
    ],
    [
      'a failing pipe, with a shell named',
      'steps: [{ run: "false | true", name: a, shell: bash }]',
      'step "a": it ended with exit code 1',
    ],
    [
      'a shell that is not there',
      'steps: [{ run: x, name: a, shell: "no-such-shell {0}" }]',
      `step "a": the shell 'no-such-shell' is not installed here`,
    ],
    [
      'a folder that leads out by a link',
      'steps: [{ run: ln -s / out, name: a }, { run: ls, name: b, working-directory: out }]',
      `step "b": 'out' is no folder of the clone`,
    ],
    [
      'a time that is over',
      'steps: [{ run: sleep 60, name: a, timeout-minutes: 0.005 }]',
      'step "a": it was not done after 0.005 minutes',
    ],
    [
      'a pull request that is not there',
      'pull-request: 99\nsteps: [{ run: x }]',
      'there is no pull request #99',
    ],
  ])('fail over %s', async (_, lines, reason) => {
    const run = await runBuild(lines);
    expect(await attemptOf(run)).toMatchObject({ outcome: 'failure', reason });
    expect((await world.history.run(run)).run.conclusion).toBe('failure');
  });

  test('print no secret of Treadle, nor what they mask themselves', async () => {
    const run = await runBuild(`
outputs: { key: "\${{ steps.a.outputs.key }}", other: "\${{ steps.a.outputs.other }}" }
steps:
  - id: a
    run: |
      echo "::add-mask::opensesame"
      echo "key=with opensesame in it" >> "$GITHUB_OUTPUT"
      echo "other=plain" >> "$GITHUB_OUTPUT"
      echo "opensesame is no output" >> "$GITHUB_ENV"
      echo "open opensesame"
      echo "token \${TOKEN_PARTS}"
    env: { TOKEN_PARTS: "a\\u001b[31mred" }`);
    const { record, outputs, reason } = await attemptOf(run);
    expect(outputs).toEqual({ other: 'plain' });
    expect(record?.log).toContain("The output 'key' is left out, since it may hold a secret\n");
    expect(reason).toContain("GITHUB_ENV: '*** is no output' is not name=value");
    expect(JSON.stringify(record)).not.toContain('opensesame');
    expect(record?.log).toContain('open ***\n');
    expect(record?.url).toBe('https://example.org/log');
    expect(world.printed).toContain('build | open ***');
    expect(record?.log).toContain('token ared\n');
    expect(record?.log).not.toContain('opensesame');
  });

  test('are ended five minutes after their run was cancelled, whatever their ifs', async () => {
    const pipe = join(host.folder, 'begun');
    await promisify(execFile)('mkfifo', [pipe]);
    const workflow = `${HEADER}  build:
    runs-on: treadle
    if: always()
    steps:
      - run: echo begun > ${pipe}; echo waits; exec sleep 600
      - { if: always(), run: echo and more }
`;
    world = await host.newWorld({ workflows: { fix: workflow }, store: 'memory' });
    const bead = await world.fileBead();
    const run = `${bead}-1`;
    let ring = (): void => undefined;
    const bells = [new Promise<void>((resolve) => (ring = resolve))];
    const nudge = (): Promise<void> => bells.shift() ?? new Promise<void>(() => undefined);
    const woken = (await world.runner()).wake({ nudge });
    await readFile(pipe);
    await world.comment('ada', bead, '/treadle cancel Enough.');
    ring();
    while ((await world.history.run(run)).run.cancelled === null) await breathe();
    expect((await world.history.run(run)).run.jobs['build']?.status).toBe('in_progress');
    world.clock.later(300);
    await woken;
    const { run: ended } = await world.history.run(run);
    expect(ended).toMatchObject({ conclusion: 'cancelled', jobs: { build: { conclusion: 'cancelled' } } });
  });

  test('work on the head of a pull request', async () => {
    const workflow = `${HEADER}  write: { runs-on: backend-engineer, prompt: Write, outputs: { pull: { required: true } } }
  build:
    needs: write
    runs-on: treadle
    pull-request: \${{ needs.write.outputs.pull }}
    steps: [{ run: cat src/new.txt }]
`;
    world = await host.newWorld({ workflows: { fix: workflow }, store: 'memory' });
    const bead = await world.fileBead();
    await (await world.runner()).wake();
    const pull = await world.openPull('blake', 'fix', { 'src/new.txt': 'brand-new\n' });
    await world.report('blake', bead, { outputs: { pull: `#${pull}` } });
    await (await world.runner()).wake();
    const { outcome, record } = await attemptOf(`${bead}-1`);
    expect(outcome).toBe('success');
    expect(record?.log).toContain('brand-new\n');
    expect(record?.commit).toBe(await world.git('rev-parse', 'fix'));
  });
});
