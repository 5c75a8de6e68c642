import { expect, test } from 'vitest';

import type { Address } from '../../src/codec/address.ts';
import { projectRun } from '../../src/codec/projection.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { stageRun } from '../../src/runtime/run-documents.ts';
import { openDocuments, type Documents } from '../../src/store/documents.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { remoteOf } from '../codec/remote.ts';
import { beginStory } from '../engine/story.ts';

const workflow = `
jobs:
  investigate:
    runs-on: backend-engineer
    timeout-minutes: 60
    max-attempts: 2
    retry-delay: 2m
    prompt: Find it.
    outputs: { pull-request: { required: true } }
  approve: { type: approval, needs: investigate, runs-on: ceo, prompt: 'Is that right?', on-rejected: investigate }
  parts:
    needs: approve
    runs-on: backend-engineer
    strategy: { matrix: { part: [a, b] } }
    timeout-minutes: 30
    prompt: Mend it.
  commit:
    type: commit
    needs: [investigate, parts]
    runs-on: engineering-manager
    pull-request: \${{ needs.investigate.outputs.pull-request }}
    on-failure: investigate
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: Test it. }
`;

test('the indexes that are staged transition by transition are those that follow from the whole run', async () => {
  const documents = openDocuments(await createMemoryStore().read());
  const story = beginStory(workflow, { awaitsChecks: true });
  const everProjected = new Map<string, Address>();
  let before: RunState | null = null;
  let kinds = new Set<string>();
  const step = async (happen: () => unknown): Promise<void> => {
    happen();
    const after = story.state();
    await stageRun(documents, before, after);
    before = after;
    const projected = projectRun(after, deadlinesOf(after));
    for (const [key, { address }] of projected) everProjected.set(key, address);
    kinds = new Set([...kinds, ...[...projected.keys()].map((key) => key.replace(/\/…\/.*|\/20.*/, ''))]);
    for (const [key, address] of everProjected) {
      expect([key, await documents.has(address)]).toEqual([key, projected.has(key)]);
    }
    for (const { address, codec, value } of projected.values()) {
      expect(await documents.read<unknown>(address, codec)).toEqual(value);
    }
  };
  const perform = (): unknown => story.perform(undefined, remoteOf);
  const outputs = { 'pull-request': '#12' };
  await step(() => story.start());
  await step(perform);
  await step(() => story.fail('investigate'));
  await step(() => story.pass('retry', 'investigate'));
  await step(() => story.fail('investigate'));
  await step(perform);
  await step(() => story.review('investigate', 'approved', 'go on'));
  await step(() => story.report('investigate', { outcome: 'continue', summary: 'more' }));
  await step(() => story.report('investigate', { outputs }));
  await step(perform);
  await step(() => story.review('approve', 'changes_requested', 'why?'));
  await step(() => story.report('investigate', { outputs }));
  await step(perform);
  await step(() => story.review('approve', 'approved'));
  await step(() => story.report('parts.0'));
  await step(() => story.report('parts.1'));
  await step(() => story.report('commit'));
  await step(() => story.checks());
  await step(() => story.refuse('conflict'));
  await step(() => story.report('investigate', { outputs }));
  await step(perform);
  await step(() => story.review('approve', 'approved'));
  await step(() => story.report('parts.0'));
  await step(() => story.report('parts.1'));
  await step(() => story.report('commit'));
  await step(() => story.checks());
  await step(() => story.merged());
  await step(() => story.report('verify'));
  await step(perform);
  expect(story.state().run.conclusion).toBe('success');
  expect(projectRun(story.state(), deadlinesOf(story.state())).size).toBe(0);
  expect([...kinds].toSorted()).toEqual([
    'deadlines',
    'index/answer',
    'index/checks',
    'index/dispatch',
    'index/outbox',
    'index/pull',
  ]);
});

test('a transition writes what it changes, however many jobs are open', async () => {
  const writesOf = async (count: number): Promise<number> => {
    const jobs = Array.from(
      { length: count },
      (_, n) => `  a${n}: { runs-on: ceo, prompt: x, timeout-minutes: 5 }\n`,
    );
    const story = beginStory(`jobs:\n${jobs.join('')}`);
    story.start();
    story.perform();
    const before = story.state();
    story.report('a1');
    const real = openDocuments(await createMemoryStore().read());
    let writes = 0;
    const counted: Documents = {
      ...real,
      write: (address, codec, value) => {
        writes += 1;
        return real.write(address, codec, value);
      },
    };
    await stageRun(counted, before, story.state());
    return writes;
  };
  expect(await writesOf(60)).toBe(await writesOf(3));
});
