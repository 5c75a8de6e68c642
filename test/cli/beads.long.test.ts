import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { beforeAll, expect, it, onTestFinished } from 'vitest';

import { ensureBuilt, treadle, treadleJson } from './built-cli.ts';
import { repositoryWith } from './repository.ts';
import { smallTeam } from './team.ts';

const BEADS = [
  { id: 'bd-1', title: 'Epic', status: 'open', priority: 1, issue_type: 'epic' },
  {
    ...{ id: 'bd-2', title: 'Part', status: 'open', priority: 1, issue_type: 'bug' },
    dependencies: [
      { issue_id: 'bd-2', depends_on_id: 'bd-1', type: 'parent-child' },
      { issue_id: 'bd-2', depends_on_id: 'bd-4', type: 'blocks' },
    ],
  },
  { id: 'bd-3', title: 'Done', status: 'closed', priority: 2, closed_at: '2025-01-01T00:00:00Z' },
  { id: 'bd-4', title: 'First', status: 'open', priority: 3, issue_type: 'bug' },
  { id: 'bd-5', title: 'Urgent', status: 'open', priority: 0, issue_type: 'bug' },
  { id: 'bd-6', title: 'Unclear', status: 'open', priority: 2 },
];

interface Judged {
  readonly number: number;
  readonly title: string;
  readonly code?: string;
}

interface Ready {
  readonly ready: readonly Judged[];
  readonly hindered?: readonly Judged[];
}

interface Imported {
  readonly beads: readonly { readonly bead: string; readonly outcome: string }[];
  readonly linked: number;
}

function jsonl(beads: readonly object[]): string {
  return beads.map((bead) => `${JSON.stringify(bead)}\n`).join('');
}

beforeAll(ensureBuilt, 120_000);

it('takes beads over once, and says which can be worked', async () => {
  const repository = repositoryWith({
    ...smallTeam('  work: { runs-on: ceo, prompt: Work. }\n', 'exit 0\n'),
    'issues.jsonl': jsonl(BEADS),
    'bad.jsonl': '{\n',
  });
  onTestFinished(() => repository.remove());
  const options = { cwd: repository.folder };

  const bad = await treadle(['import', 'beads', 'bad.jsonl'], options);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('bad.jsonl:1:1: This line is not JSON [bad-json]');
  const planned = await treadle(['import', 'beads', 'issues.jsonl', '--dry-run'], options);
  expect(planned.stdout.match(/^created/gm)).toHaveLength(6);

  const first = await treadle(['import', 'beads', 'issues.jsonl'], options);
  expect(first.code).toBe(0);
  expect(first.stderr).toContain('6 created, 0 updated, 0 closed, 0 left as they are; 2 relations made');
  const again = await treadleJson<Imported>(['import', 'beads', 'issues.jsonl'], options);
  expect(again.beads.map(({ outcome }) => outcome)).toEqual(BEADS.map(() => 'skipped'));
  expect(again.linked).toBe(0);

  // However many were imported, none starts by itself; by hand they do.
  const advanced = await treadle(['advance'], options);
  expect(advanced.stdout).toContain('0 transitions');
  const started = await treadle(['start', 'small', '--issue', '#5'], options);
  expect(started.stdout).toContain('started run 5-1 for #5');

  const ready = await treadleJson<Ready>(['ready'], options);
  expect(ready.ready).toMatchObject([{ number: 4, title: 'First', priority: 3, workflow: 'bug' }]);
  expect(ready.hindered).toBeUndefined();
  const { hindered } = await treadleJson<Ready>(['ready', '--explain'], options);
  expect(hindered?.map(({ number, code }) => [number, code])).toEqual([
    [5, 'run-active'],
    [1, 'epic'],
    [2, 'blocked'],
    [6, 'no-workflow'],
  ]);
  const explained = await treadle(['ready', '--explain'], options);
  expect(explained.stdout).toContain('P3 #4     First  (bug)');
  expect(explained.stdout).toContain('blocked by #4');
  expect(explained.stdout).toContain('an epic with open sub-issues: #2');
}, 240_000);

it('takes workflows of Loom over, which lint then finds in order', async () => {
  const repository = repositoryWith(smallTeam('  work: { runs-on: ceo, prompt: Work. }\n', 'exit 0\n'));
  onTestFinished(() => repository.remove());
  const options = { cwd: repository.folder };
  const loom = fileURLToPath(new URL('../import/fixtures', import.meta.url));
  for (const name of ['bug', 'ui']) {
    repository.write({ [`loom/${name}.yaml`]: readFileSync(join(loom, `${name}.yaml`), 'utf8') });
  }
  const taken = await treadle(['import', 'loom', 'loom', '--out', 'out'], options);
  expect(taken.code).toBe(0);
  expect(taken.stdout).toBe('out/bug.yml\nout/ui.yml\n');
  expect(taken.stderr).toContain(
    'loom/ui.yaml:32:15: warning: A commit job runs on engineering-manager only',
  );
  expect((await treadle(['lint', 'out/bug.yml', 'out/ui.yml'], options)).code).toBe(0);
  const again = await treadle(['import', 'loom', 'loom', '--out', 'out'], options);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('is there already');
  const none = await treadle(['import', 'loom', 'nowhere'], options);
  expect(none.code).toBe(4);
}, 120_000);
