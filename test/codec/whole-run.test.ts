import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import {
  configCodec,
  cursorCodec,
  definitionCodec,
  inboxCodec,
  rootCodec,
  sinceIndexCodec,
  type DefinitionDocument,
} from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import { DOCUMENT_KINDS, findSchemaViolation, type DocumentKind } from '../../src/codec/schemas.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { loadRun, retireRun, stageRun } from '../../src/runtime/run-documents.ts';
import { stageMetrics } from '../../src/runtime/stage-metrics.ts';
import { openDocuments, type Documents } from '../../src/store/documents.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Snapshot } from '../../src/store/port.ts';
import { beginStory, config, epoch, workflowOf, type Story } from '../engine/story.ts';
import { kinds } from './kinds.ts';
import { remoteOf } from './remote.ts';

const workflowText = readFileSync(new URL('../../workflows/bug.yml', import.meta.url), 'utf8');
const workflow = workflowOf(workflowText);
const person = { name: 'treadle', email: 'noreply@treadle.invalid', at: '2026-01-05T09:00:00Z' };
const head = sha256('the head that was seen').slice(0, 40);

/** Which kind of document lies where. */
const places: readonly [place: RegExp, kind: DocumentKind | 'text'][] = [
  [/^treadle\.json$/, 'root'],
  [/^cursor\.json$/, 'cursor'],
  [/^meter\.json$/, 'meter'],
  [/^index\/since\/.*Z\.json$/, 'since-index'],
  [/^runs\/.*\/run\.json$/, 'run'],
  [/^runs\/.*\/jobs\/.*\.json$/, 'job'],
  [/^runs\/.*\/blobs\/.*[0-9a-f]{64}$/, 'text'],
  [/^definitions\/.*\.json$/, 'definition'],
  [/^config\/.*\.json$/, 'config'],
  [/^queues\/commit\/.*\.json$/, 'queue'],
  [/^groups\/.*\.json$/, 'group'],
  [/^inbox\/.*\.json$/, 'inbox'],
  [/^deadlines\/\d{4}-\d{2}-\d{2}T\d{2}\/.*\.json$/, 'deadline'],
  [/^index\/issue\/.*\.json$/, 'issue-index'],
  [/^index\/pull\/.*\.json$/, 'pull-index'],
  [/^index\/dispatch\/.*\.json$/, 'dispatch-index'],
  [/^index\/answer\/.*\.json$/, 'answer-index'],
  [/^index\/checks\/.*\.json$/, 'checks-index'],
  [/^index\/outbox\/.*\.json$/, 'outbox-index'],
  [/^index\/finished\/.*\.json$/, 'finished-index'],
  [/^metrics\/.*\.json$/, 'metrics'],
];

async function* filesOf(snapshot: Snapshot, folder = ''): AsyncGenerator<string> {
  for (const { name, kind } of await snapshot.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (kind === 'folder') yield* filesOf(snapshot, path);
    else yield path;
  }
}

/** Checks every file of a branch: it lies where its kind does, is valid, and is written as it was read. */
async function checkFiles(snapshot: Snapshot): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for await (const path of filesOf(snapshot)) {
    const kind = places.find(([place]) => place.test(path))?.[1];
    const text = (await snapshot.readFile(path)) ?? '';
    if (kind === undefined) throw new Error(`${path} is of no kind`);
    seen.add(kind);
    if (kind === 'text') {
      expect(path.endsWith(sha256(text)), path).toBe(true);
      continue;
    }
    expect(findSchemaViolation(kind, JSON.parse(text)), path).toBeNull();
    const { codec } = kinds[kind];
    expect(codec.encode(codec.decode(text, path)), path).toBe(text);
  }
  return seen;
}

/** A branch in memory that a run is written to, one commit a step. */
function createBranch() {
  const store = createMemoryStore();
  const seen = new Set<string>();
  let before: RunState | null = null;
  const commit = async (stage: (documents: Documents) => Promise<void>): Promise<Snapshot> => {
    const base = await store.read();
    const documents = openDocuments(base);
    await stage(documents);
    const batch = store.begin(base);
    const changes = documents.changes();
    await batch.append({ changes, message: 'A step\n', author: person, committer: person });
    await batch.publish();
    const tip = await store.read();
    for (const kind of await checkFiles(tip)) seen.add(kind);
    return tip;
  };
  return {
    seen,
    commit,
    /** Writes the run as it stands now, and reads it back. */
    async write(state: RunState): Promise<void> {
      const tip = await commit(async (documents) => {
        await stageRun(documents, before, state);
        await stageMetrics(documents, workflow, before, state);
      });
      before = state;
      const read = await loadRun(openDocuments(tip), state.run.id);
      // A group that nobody has a place in has no document.
      const kept = Object.entries(state.groups ?? {}).filter(([, group]) => group.running !== null);
      expect({ groups: {}, ...read?.state }).toEqual({ ...state, groups: Object.fromEntries(kept) });
    },
  };
}

type Branch = ReturnType<typeof createBranch>;

async function prepare(branch: Branch): Promise<void> {
  const definition: DefinitionDocument = {
    version: 1,
    entry: 'workflows/bug.yml',
    roles: [],
    files: [{ path: 'workflows/bug.yml', text: workflowText }],
  };
  await branch.commit(async (documents) => {
    await documents.write(layout.root, rootCodec, { version: 1, repository: 'acme/shop', since: epoch });
    const seen = { 'comment 1': epoch };
    await documents.write(layout.cursor, cursorCodec, { version: 1, since: epoch, seen });
    await documents.write(layout.sinceIndex(epoch), sinceIndexCodec, { version: 1, since: epoch });
    await documents.write(layout.definition(sha256('definition')), definitionCodec, definition);
    await documents.write(layout.config(sha256('config')), configCodec, config);
  });
}

/** A bug with everything on its way: turns, a rejection, a bad answer, a crash, a lost lease, a rework, a pause. */
function steps(story: Story): readonly (() => unknown)[] {
  const perform = () => story.perform(undefined, remoteOf);
  const proposal = (text: string) =>
    story.report('investigate', {
      outputs: { 'root-cause': `${text} `.repeat(300), proposal: text.repeat(200) },
      usage: { tokens: 12_000, costUsd: 0.11 },
    });
  const fixed = () => story.report('fix', { outputs: { 'pull-request': '#12' } });
  return [
    () => story.start(),
    perform,
    () => story.malformed('triage'),
    () => story.report('triage', { outputs: { specialist: 'backend-engineer', reproduction: 'npm test' } }),
    perform,
    () => story.report('investigate', { outcome: 'continue', summary: 'found the file' }),
    () => proposal('Swap the sign.'),
    perform,
    () => story.review('approve', 'changes_requested', 'Why would that help?'),
    () => proposal('Swap the sign, see line 7.'),
    perform,
    () => story.review('approve', 'approved', 'Good. '.repeat(300)),
    perform,
    () => story.override({ action: 'pause' }, 'release day'),
    () => story.override({ action: 'resume' }),
    () => story.crash('fix', 'exit code 1'),
    perform,
    fixed,
    () => story.report('commit'),
    () => story.checks(),
    () => story.pass('lease', 'commit'),
    perform,
    () => story.merged(),
    perform,
    () => story.fail('verify', 'still red'),
    () => story.fail('verify', 'red again'),
    () => story.fail('verify', 'red for good'),
    perform,
    () => story.report('fix', { outputs: { 'pull-request': '#13' } }),
    () => story.report('commit'),
    () => story.checks(),
    () => story.merged(),
    perform,
    () => story.report('verify'),
    perform,
  ];
}

test('all that a bug writes on its way is valid, lies in its place and is read back as it was', async () => {
  const branch = createBranch();
  await prepare(branch);
  const story = beginStory(workflowText, { awaitsChecks: true });
  for (const step of steps(story)) {
    step();
    expect(story.last.kind, story.said()).toBe('applied');
    await branch.write(story.state());
  }
  const { run } = story.state();
  expect(run).toMatchObject({ status: 'completed', conclusion: 'success', outbox: [] });
  const tip = await branch.commit((documents) => retireRun(documents, story.state(), head));
  expect(await loadRun(openDocuments(tip), run.id)).toBeUndefined();
  const left: string[] = [];
  for await (const path of filesOf(tip)) left.push(path.replace(/\/.*/, ''));
  const kept = ['config', 'cursor.json', 'definitions', 'index', 'meter.json', 'metrics', 'treadle.json'];
  expect(new Set(left)).toEqual(new Set(kept));
  const elsewhere: readonly string[] = ['inbox', 'fingerprint', 'healing', 'notice'];
  const expected = DOCUMENT_KINDS.filter((kind) => !elsewhere.includes(kind));
  expect([...branch.seen].sort()).toEqual([...expected, 'text'].sort());
});

test('an escalation, and an event for another run, are valid, too', async () => {
  const branch = createBranch();
  await prepare(branch);
  const story = beginStory(workflowText);
  const perform = () => story.perform(undefined, remoteOf);
  const failures = [1, 2, 3].map((n) => () => story.fail('triage', `cannot see it, ${n}`));
  for (const step of [
    () => story.start(),
    ...failures,
    perform,
    () => story.review('triage', 'approved', 'Go on.'),
    perform,
    () => story.override({ action: 'goto', job: 'triage' }),
    () => story.report('triage', { outputs: { specialist: 'backend-engineer' } }),
    () => story.override({ action: 'goto', job: 'fix' }),
    () => story.report('fix', { outputs: { 'pull-request': '#12' } }),
    () => story.report('commit'),
    perform,
  ]) {
    step();
    expect(story.last.kind, story.said()).toBe('applied');
    await branch.write(story.state());
  }
  const { queue } = story.state();
  const second = { run: '43-1', job: 'commit', attempt: 1, since: story.now };
  story.setQueue({ ...queue, entries: [...queue.entries, second] });
  await branch.write(story.state());
  const merged = story.merged();
  if (merged.kind === 'ignored') throw new Error(merged.reason);
  await branch.write(story.state());
  expect(merged.inbox.map((event) => event.run)).toEqual(['43-1']);
  await branch.commit(async (documents) => {
    for (const event of merged.inbox) {
      await documents.write(layout.inboxEvent(event.id), inboxCodec, { version: 1, event });
    }
  });
  expect(branch.seen).toContain('inbox');
});

test('a run with legs is written and read as it is, each leg in a document of its own', async () => {
  const branch = createBranch();
  await prepare(branch);
  const story = beginStory(`jobs:
  a:
    runs-on: backend-engineer
    prompt: x
    outputs: { found: {} }
    strategy: { max-parallel: 12, matrix: { n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], os: [x, y] } }
`);
  story.start();
  await branch.write(story.state());
  story.report('a.3', { outputs: { found: 'it is long '.repeat(200) } });
  await branch.write(story.state());
  story.override({ action: 'goto', job: 'a' });
  await branch.write(story.state());
  story.override({ action: 'cancel' });
  await branch.write(story.state());
});
