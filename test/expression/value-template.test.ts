import { expect, test } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { evaluateValue } from '../../src/expression/value-template.ts';
import { workflowOf } from '../engine/story.ts';

/** The value of a `strategy` as it stands in a file. */
function valueOf(strategy: string): Json {
  const { jobs } = workflowOf(`jobs: { a: { runs-on: ceo, prompt: x, strategy: ${strategy} } }`);
  const template = jobs.get('a')?.strategy;
  if (template == null) throw new Error('there is no strategy');
  return evaluateValue(template, { github: { actor: 'ada', list: [1, 2], map: { b: [2] } } });
}

test.each<[name: string, strategy: string, value: Json]>([
  ['without expressions', '{ matrix: { a: [1, x, null] } }', { matrix: { a: [1, 'x', null] } }],
  ['an expression keeps its kind', "{ matrix: { a: '${{ github.list }}' } }", { matrix: { a: [1, 2] } }],
  ['an item', "{ matrix: { a: [0, '${{ github.actor }}'] } }", { matrix: { a: [0, 'ada'] } }],
  ['text around one', "{ matrix: { a: ['by ${{ github.actor }}'] } }", { matrix: { a: ['by ada'] } }],
  ['a key', "{ matrix: { '${{ github.actor }}': [1] } }", { matrix: { ada: [1] } }],
  [
    'what is inserted',
    "{ matrix: { a: [1], '${{ insert }}': '${{ github.map }}' } }",
    { matrix: { a: [1], b: [2] } },
  ],
  ['the whole', "'${{ github.map }}'", { b: [2] }],
])('%s', (_, strategy, value) => {
  expect(valueOf(strategy)).toEqual(value);
});

test('only a mapping can be inserted', () => {
  const strategy = "{ matrix: { a: [1], '${{ insert }}': '${{ github.list }}' } }";
  expect(() => valueOf(strategy)).toThrow('What is inserted must be a mapping');
});
