import { beforeAll, expect, it, onTestFinished } from 'vitest';

import type { MetricsDocument } from '../../src/engine/metrics.ts';
import { ensureBuilt, treadle, treadleJson } from './built-cli.ts';
import { repositoryWith } from './repository.ts';
import { answer } from './team.ts';

const SETTINGS = `roles: { ceo: [boss], backend-engineer: [worker] }
agents: { worker: { dispatch: command, command: [sh, tools/worker.sh] } }
`;
const BUG = `on: { issues: { types: [opened, labeled], labels: [bug] } }
jobs:
  fix: { runs-on: backend-engineer, prompt: Fix it. }
`;

beforeAll(ensureBuilt, 120_000);

it('a failure becomes one bead, is worked to its end, and stands in the metrics of the month', async () => {
  const repository = repositoryWith({
    '.github/treadle.yml': SETTINGS,
    '.github/treadle/workflows/bug.yml': BUG,
    'tools/worker.sh': answer('success'),
    'trace.txt': 'TypeError: x\n    at total (src/total.js:7:3)\n',
  });
  onTestFinished(() => repository.remove());
  const options = { cwd: repository.folder };
  const told = ['file-bug', '--title', 'Cart breaks', '--error-type', 'TypeError', '--stack', 'trace.txt'];

  const nameless = await treadle(['file-bug', '--severity', 'low'], options);
  expect(nameless.code).toBe(2);
  expect(nameless.stderr).toContain('title is missing');

  const first = await treadleJson<{ issue: number; filing: string }>(told, options);
  expect(first).toMatchObject({ issue: expect.any(Number) as number, filing: 'file' });
  const again = await treadleJson<{ issue: number; filing: null }>(told, options);
  expect(again).toMatchObject({ issue: first.issue, filing: null });

  const woken = await treadle(['advance'], options);
  expect(woken.code, woken.stderr).toBe(0);
  const { metrics } = await treadleJson<{ metrics: MetricsDocument }>(['metrics'], options);
  expect(metrics.workflows['bug']?.conclusions).toEqual({ success: 1 });
  const scraped = await treadle(['metrics', '--prometheus'], options);
  expect(scraped.stdout).toMatch(
    /^treadle_runs_total\{month="\d{4}-\d\d",workflow="bug",conclusion="success"\} 1$/m,
  );
}, 120_000);
