import { expect, test } from 'vitest';

import { definitionCodec } from '../../src/codec/documents.ts';
import { layout } from '../../src/codec/layout.ts';
import { createDefinitions, digestOf, type Definitions } from '../../src/runtime/definitions.ts';
import { openDocuments, type Documents } from '../../src/store/documents.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { compileWithCalls } from '../../src/workflow/compile-with-calls.ts';

const FOLDER = '.github/treadle/workflows';
const CALLED = `./${FOLDER}/b.yml`;

interface Pinned {
  readonly definitions: Definitions;
  readonly documents: Documents;
  readonly digest: string;
}

/** A definition as a run is pinned to it: `a.yml`, and what it calls. */
async function pin(
  a: string,
  b = 'on: workflow_call\njobs: { x: { runs-on: ceo, prompt: x } }\n',
): Promise<Pinned> {
  const documents = openDocuments(await createMemoryStore().read());
  const files = Object.entries({ a, b }).map(([name, text]) => ({ path: `${FOLDER}/${name}.yml`, text }));
  const document = { version: 1, entry: `${FOLDER}/a.yml`, files, roles: [] } as const;
  const digest = digestOf(document);
  await documents.write(layout.definition(digest), definitionCodec, document);
  return { definitions: createDefinitions(), documents, digest };
}

/** What lint refuses and a run may be pinned to all the same: it began when there was no such rule. */
const REFUSED = `on: workflow_dispatch
jobs:
  ask: { runs-on: ceo, prompt: x, outputs: { who: {} } }
  work: { runs-on: treadle, steps: [{ run: 'echo \${{ bead.title }}' }] }
  call: { needs: ask, uses: ${CALLED}, with: { who: '\${{ needs.ask.outputs.who }}' } }
`;
const ASKED = `on: { workflow_call: { inputs: { who: { type: string } } } }
jobs:
  x: { runs-on: '\${{ inputs.who }}', prompt: x }
  y: { runs-on: treadle, steps: [{ run: 'echo \${{ bead.title }}' }] }
`;

test('a run goes on by what it is pinned to, whatever lint says of that now', async () => {
  const { definitions, documents, digest } = await pin(REFUSED, ASKED);
  const files = new Map([
    [`${FOLDER}/a.yml`, { path: `${FOLDER}/a.yml`, text: REFUSED }],
    [`${FOLDER}/b.yml`, { path: `${FOLDER}/b.yml`, text: ASKED }],
  ]);
  const linted = compileWithCalls({ path: `${FOLDER}/a.yml`, text: REFUSED }, (path) => files.get(path));
  expect(linted.workflow).toBeNull();
  expect([...(await definitions.load(documents, digest)).jobs.keys()]).toEqual(['ask', 'work', 'call']);
});

test('and what it calls begins, pinned to the files that its definition holds', async () => {
  const { definitions, documents, digest } = await pin(REFUSED, ASKED);
  await definitions.load(documents, digest);
  const called = definitions.called(digest, CALLED);
  expect([...(called?.workflow.jobs.keys() ?? [])]).toEqual(['x', 'y']);
  expect(called?.document.files.map(({ path }) => path)).toEqual([`${FOLDER}/b.yml`]);
});

test.each([
  ['is not YAML', 'on: ['],
  ['has an expression that does not parse', REFUSED.replace('bead.title', 'bead.')],
  ['needs a job that is not there', REFUSED.replace('needs: ask', 'needs: aks')],
])('what is stored and %s is corrupt', async (_, text) => {
  const { definitions, documents, digest } = await pin(text);
  await expect(definitions.load(documents, digest)).rejects.toMatchObject({ code: 'state-corrupt' });
});

test('what is not stored is corrupt', async () => {
  const { definitions, documents } = await pin(REFUSED);
  await expect(definitions.load(documents, 'f'.repeat(64))).rejects.toMatchObject({ code: 'state-corrupt' });
});
