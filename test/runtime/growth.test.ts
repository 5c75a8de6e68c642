import { expect, test } from 'vitest';

import { derivedId } from '../../src/base/digest.ts';
import type { Issue } from '../../src/forge/port/issues.ts';
import { createDefinitions } from '../../src/runtime/definitions.ts';
import { startRun } from '../../src/runtime/ingest/start.ts';
import type { RepositoryConfig } from '../../src/runtime/repository-config.ts';
import { openUnit, type Unit } from '../../src/runtime/unit.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Snapshot, Store } from '../../src/store/port.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { DEFAULT_HEALING } from '../../src/workflow/healing-setting.ts';

const ADA = { kind: 'user', login: 'ada', id: 1 } as const;
const FILE = {
  path: '.github/treadle/workflows/fix.yml',
  text: 'on: { issues: {} }\njobs:\n  look: { runs-on: backend-engineer, prompt: Look. }\n',
};
const FOUND: RepositoryConfig = {
  config: {
    version: 1,
    roles: { 'backend-engineer': [ADA], ceo: [ADA] },
    agents: {},
    settings: { baseBranch: 'main', protectedPaths: [], leaseMinutes: 5 },
  },
  roles: [],
  healing: DEFAULT_HEALING,
  workflows: new Map([
    ['fix', { key: 'fix', file: FILE, files: [FILE], ...compileWorkflow(FILE, { roles: [] }) }],
  ]),
};
const NOW = '2026-11-02T08:00:00Z';

/** A store that counts what is listed and what commits touch. */
function countingStore(): { store: Store; lists: string[]; changes: number[] } {
  const real = createMemoryStore();
  const lists: string[] = [];
  const changes: number[] = [];
  const watch = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    list: (path) => {
      lists.push(path);
      return snapshot.list(path);
    },
  });
  const store: Store = {
    ...real,
    read: async () => watch(await real.read()),
    begin: (base) => {
      const batch = real.begin(base);
      return {
        get tip() {
          return watch(batch.tip);
        },
        append: (draft) => {
          changes.push(draft.changes.length);
          return batch.append(draft);
        },
        publish: () => batch.publish(),
      };
    },
  };
  return { store, lists, changes };
}

test('neither commits nor listings grow with the runs that finished', async () => {
  const { store, lists, changes } = countingStore();
  const definitions = createDefinitions();
  let units = 0;
  const inUnit = async (decide: (unit: Unit) => Promise<void>): Promise<void> => {
    const id = `wake-${(units += 1)}`;
    const wake = { id, claim: () => ({ wake: id, until: '2026-11-02T09:00:00Z' }) };
    const unit = await openUnit(
      { store, repository: 'ada/loom', definitions, wake, now: NOW },
      await store.read(),
    );
    await unit.prepare();
    await decide(unit);
    expect(await unit.publish()).toBe('published');
  };
  const finish = async (number: number): Promise<{ lists: number; changes: number; commits: number }> => {
    lists.length = 0;
    changes.length = 0;
    const run = `${number}-1`;
    await inUnit(async (unit) => {
      const outcome = await startRun(unit, 'ada/loom', FOUND, startOf(number));
      expect(outcome).toEqual({ kind: 'started', run });
    });
    await inUnit(async (unit) => {
      const dispatch = derivedId('dispatch', run, 'look', 1, 1);
      const fact = { outcome: 'success', outputs: {}, summary: '', usage: null, source: 'test' } as const;
      await unit.apply({
        run,
        happening: { type: 'report_received', dispatch, ...fact },
        actor: ADA,
        ground: 'is the assignee',
        at: NOW,
        cause: ['report', number],
      });
    });
    await inUnit(async (unit) => {
      const outbox = (await unit.load(run))?.state.run.outbox ?? [];
      await unit.record(outbox.map(({ id }) => ({ run, effect: id, result: { kind: 'done', remote: {} } })));
      expect(await unit.load(run)).toBeUndefined();
    });
    return { lists: lists.length, changes: Math.max(...changes), commits: changes.length };
  };
  const costs: { lists: number; changes: number; commits: number }[] = [];
  for (let number = 1; number <= 200; number += 1) costs.push(await finish(number));
  const early = costs.slice(2, 12);
  const most = (of: (cost: (typeof costs)[number]) => number): number => Math.max(...early.map(of));
  for (const cost of costs.slice(-20)) {
    expect(cost.commits).toBe(3);
    // A trie that grew a level is one listing deeper, and one that splits moves entries once.
    expect(cost.changes).toBeLessThanOrEqual(most((one) => one.changes) + 2);
    expect(cost.lists).toBeLessThanOrEqual(most((one) => one.lists) * 2);
  }
});

function startOf(number: number): Parameters<typeof startRun>[3] {
  const issue: Issue = {
    number,
    title: `Bug ${number}`,
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
  const workflow = FOUND.workflows.get('fix');
  if (workflow === undefined) throw new Error('there is no workflow');
  return { issue, workflow, event: 'issues', inputs: {}, actor: ADA, ground: 'test', at: NOW };
}
