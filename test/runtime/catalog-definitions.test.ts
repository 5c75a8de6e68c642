import { expect, test } from 'vitest';

import type { Issue } from '../../src/forge/port/issues.ts';
import { createDefinitions, digestOf } from '../../src/runtime/definitions.ts';
import { definitionFor, startRun } from '../../src/runtime/ingest/start.ts';
import type { CatalogEntry, RepositoryConfig } from '../../src/runtime/repository-config.ts';
import { openUnit } from '../../src/runtime/unit.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { compileWithCalls } from '../../src/workflow/compile-with-calls.ts';
import { DEFAULT_HEALING } from '../../src/workflow/healing-setting.ts';

const ADA = { kind: 'user', login: 'ada', id: 1 } as const;
const NOW = '2026-11-02T08:00:00Z';
const part = {
  path: '.github/treadle/workflows/part.yml',
  text: 'on: { workflow_call: {} }\njobs:\n  look: { runs-on: tester, prompt: Look. }\n',
};
const file = {
  path: '.github/treadle/workflows/fix.yml',
  text: `on: { issues: {} }\njobs:\n  fix: { runs-on: tester, prompt: Fix. }\n  call: { needs: fix, uses: ./${part.path} }\n`,
};
const compiled = compileWithCalls(file, (path) => (path === part.path ? part : undefined), {
  roles: ['tester'],
});
const entry: CatalogEntry = { key: 'fix', file, ...compiled };
const found: RepositoryConfig = {
  config: {
    version: 1,
    roles: { tester: [ADA], ceo: [ADA] },
    agents: {},
    settings: { baseBranch: 'main', protectedPaths: [], leaseMinutes: 5 },
  },
  roles: ['tester'],
  healing: DEFAULT_HEALING,
  workflows: new Map([['fix', entry]]),
};
const issue: Issue = {
  number: 1,
  title: 'Bug',
  body: '',
  state: 'open',
  labels: [],
  author: ADA,
  closedBy: null,
  closedAt: null,
  isReopened: false,
  isPull: false,
  createdAt: NOW,
  updatedAt: NOW,
};

test('a run begins with the workflow that was compiled already, which is what its definition compiles to', async () => {
  const store = createMemoryStore();
  const definitions = createDefinitions();
  const wake = { id: 'wake', claim: () => ({ wake: 'wake', until: NOW }) };
  const unit = await openUnit(
    { store, repository: 'ada/loom', definitions, wake, now: NOW },
    await store.read(),
  );
  await unit.prepare();
  const start = {
    issue,
    workflow: entry,
    event: 'issues',
    inputs: {},
    actor: ADA,
    ground: 'test',
    at: NOW,
  } as const;
  expect(await startRun(unit, 'ada/loom', found, start)).toEqual({ kind: 'started', run: '1-1' });

  const digest = digestOf(definitionFor(found, entry));
  expect(unit.touched.get('1-1')?.run.definition).toBe(digest);
  expect(entry.workflow).not.toBeNull();
  expect(definitions.cached(digest)).toBe(entry.workflow);

  const loaded = await createDefinitions().load(unit.documents(), digest);
  expect(loaded).not.toBe(entry.workflow);
  expect({ ...loaded, graph: null }).toEqual({ ...entry.workflow, graph: null });
});
