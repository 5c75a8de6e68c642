import { expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import { formatAddress, type Address } from '../../src/codec/address.ts';
import { hourOf, layout, sinceOf } from '../../src/codec/layout.ts';
import { openDocuments } from '../../src/store/documents.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

const digest = sha256('x');
const deadlineAt = '2026-01-05T09:59:59.999Z';

const addresses: readonly [address: Address, shown: string, path: string][] = [
  [layout.root, 'treadle.json', 'treadle.json'],
  [layout.cursor, 'cursor.json', 'cursor.json'],
  [layout.runFolder('42-1'), 'runs/…/42-1', 'runs/42-1'],
  [layout.run('42-1'), 'runs/…/42-1/run.json', 'runs/42-1/run.json'],
  [layout.job('42-1', 'fix'), 'runs/…/42-1/jobs/…/fix.json', 'runs/42-1/jobs/fix.json'],
  // A job may be named as the folders of a collection are.
  [layout.job('42-1', 'a'), 'runs/…/42-1/jobs/…/a.json', 'runs/42-1/jobs/a.json'],
  [layout.blob('42-1', digest), `runs/…/42-1/blobs/…/${digest}`, `runs/42-1/blobs/${digest}`],
  [layout.definition(digest), `definitions/…/${digest}.json`, `definitions/${digest}.json`],
  [layout.config(digest), `config/…/${digest}.json`, `config/${digest}.json`],
  [layout.queue('main'), 'queues/commit/…/main.json', 'queues/commit/main.json'],
  [layout.queue('release/1.x'), 'queues/commit/…/release%2F1.x.json', 'queues/commit/release%2F1.x.json'],
  [layout.queue('..'), 'queues/commit/…/...json', 'queues/commit/...json'],
  [layout.inboxEvent('ev1'), 'inbox/…/ev1.json', 'inbox/ev1.json'],
  [layout.deadlineHour('2026-01-05T09'), 'deadlines/2026-01-05T09', 'deadlines/2026-01-05T09'],
  [
    layout.deadline(deadlineAt, '42-1', 'timeout', 'fix'),
    'deadlines/2026-01-05T09/…/42-1.fix.timeout.json',
    'deadlines/2026-01-05T09/42-1.fix.timeout.json',
  ],
  [
    layout.sinceIndex('2026-01-05T09:00:00.5Z'),
    'index/since/…/2026-01-05T09-00-00.5Z.json',
    'index/since/2026-01-05T09-00-00.5Z.json',
  ],
  [layout.issueIndex(42), 'index/issue/…/42.json', 'index/issue/42.json'],
  [layout.notice(43), 'index/notice/…/43.json', 'index/notice/43.json'],
  [layout.pullIndex(7, '42-1', 'ok'), 'index/pull/…/7.42-1.ok.json', 'index/pull/7.42-1.ok.json'],
  [layout.dispatchIndex('d1'), 'index/dispatch/…/d1.json', 'index/dispatch/d1.json'],
  [layout.outboxIndex('42-1'), 'index/outbox/…/42-1.json', 'index/outbox/42-1.json'],
  [layout.healing, 'healing.json', 'healing.json'],
  [layout.fingerprintIndex(digest), `index/fingerprint/…/${digest}.json`, `index/fingerprint/${digest}.json`],
  [layout.monthlyMetrics('2026-01'), 'metrics/…/2026-01.json', 'metrics/2026-01.json'],
  [layout.finishedIndex('42-1'), 'index/finished/…/42-1.json', 'index/finished/42-1.json'],
  [
    layout.decision('decisions/42-1/approve-1.md'),
    'decisions/42-1/approve-1.md',
    'decisions/42-1/approve-1.md',
  ],
];

test.each(addresses)('%j', async (address, shown, path) => {
  expect(formatAddress(address)).toBe(shown);
  expect(await openDocuments(await createMemoryStore().read()).locate(address)).toBe(path);
});

test('collections lead to where their entries are', () => {
  const within: readonly [collection: Address, entry: Address][] = [
    [layout.runs, layout.run('42-1')],
    [layout.jobs('42-1'), layout.job('42-1', 'fix')],
    [layout.inbox, layout.inboxEvent('ev1')],
    [layout.deadlines, layout.deadline(deadlineAt, '42-1', 'retry', 'fix')],
    [layout.deadlineHour(hourOf(deadlineAt)), layout.deadline(deadlineAt, '42-1', 'retry', 'fix')],
    [layout.notices, layout.notice(43)],
    [layout.pulls, layout.pullIndex(7, '42-1', 'ok')],
    [layout.outboxes, layout.outboxIndex('42-1')],
    [layout.metrics, layout.monthlyMetrics('2026-01')],
    [layout.finishedRuns, layout.finishedIndex('42-1')],
  ];
  for (const [collection, entry] of within) expect(entry.slice(0, collection.length)).toEqual(collection);
});

test('no two documents share a place', () => {
  const shown = addresses.map(([address]) => formatAddress(address));
  expect(new Set(shown).size).toBe(shown.length);
  const sameHour = [
    layout.deadline(deadlineAt, '42-1', 'timeout', 'fix'),
    layout.deadline(deadlineAt, '42-1', 'retry', 'fix'),
    layout.deadline(deadlineAt, '42-1', 'timeout', 'verify'),
    layout.deadline(deadlineAt, '42-11', 'timeout', 'fix'),
  ].map(formatAddress);
  expect(new Set(sameHour).size).toBe(sameHour.length);
});

test.each([
  ['2026-01-05T09:00:00Z', '2026-01-05T09'],
  ['2026-01-05T09:59:59.999Z', '2026-01-05T09'],
])('%s falls into the hour %s', (at, hour) => {
  expect(hourOf(at)).toBe(hour);
});

test.each([
  ['2026-01-05T09-00-00Z.json', '2026-01-05T09:00:00Z'],
  ['2026-01-05T09-00-00.125Z.json', '2026-01-05T09:00:00.125Z'],
  ['2026-01-05T09:00:00Z.json', undefined],
  ['2026-01-05T09-00-00Z', undefined],
  ['README.md', undefined],
])('the name %s tells the time %s', (name, since) => {
  expect(sinceOf(name)).toBe(since);
});
