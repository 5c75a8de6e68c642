import { describe, expect, it } from 'vitest';

import type { Json } from '../../src/base/canonical-json.ts';
import { checkCases } from '../../src/conformance/check-cases.ts';
import { fencesOf } from '../docs/documents.ts';

/** What came of each case: `true`, or what it actually is. */
function outcomesOf(file: Json): readonly Json[] {
  return checkCases(JSON.stringify(file)).cases.map(({ pass, actual }) => (pass ? true : actual));
}

describe('the forms of a file', () => {
  const one = { expr: 'github.a', value: 1 };
  it.each<[string, string, readonly Json[]]>([
    ['JSON', JSON.stringify({ contexts: { github: { a: 1 } }, cases: [one] }), ['github.a']],
    ['a list', JSON.stringify([{ ...one, contexts: { GitHub: { a: 1 } }, id: 7 }]), [7]],
    [
      'JSON lines',
      `${JSON.stringify({ contexts: { github: { a: 1 } } })}\n\n${JSON.stringify(one)}\n`,
      ['github.a'],
    ],
    ['one line', JSON.stringify({ if: 'true', condition: 'success() && (true)' }), [0]],
    [
      'lines of several kinds',
      '\uFEFF{"if":"","condition":"success()"}\n{"matrix":{"a":[1]},"expect":{"count":1}}',
      [0, 1],
    ],
  ])('%s', (_, text, ids) => {
    const { cases, count } = checkCases(text);
    expect(cases.map(({ id }) => id)).toEqual(ids);
    expect(count).toEqual({ passed: ids.length, failed: 0 });
  });

  it.each([
    ['no JSON', 'cases: []', 'line 1 is not a JSON mapping'],
    ['nothing', '', 'it holds no cases'],
    ['contexts alone', '{"contexts":{}}\n{"contexts":{}}', 'it holds no cases'],
    ['a mapping without cases', '{"name":"x"}', 'it has no list `cases`'],
    ['a number', '7', 'it has no list `cases`'],
    ['a bad line', '{"if":""}\n[1]', 'line 2 is not a JSON mapping'],
  ])('%s is no file of cases', (_, text, problem) => {
    expect(() => checkCases(text)).toThrow(problem);
  });
});

describe('a case', () => {
  it.each<[string, Json, Json]>([
    ['of a kind in small letters', { expr: '1', kind: 'number' }, true],
    ['of a dictionary', { expr: "fromJSON('{}')", kind: 'Dictionary', value: {} }, true],
    ['of NaN as null', { expr: 'NaN', kind: 'Number', value: null, str: 'NaN' }, true],
    ['of NaN by name', { expr: 'NaN', value: 'NaN' }, true],
    ['of -0', { expr: '-0', value: -0 }, true],
    ['of a wrong value', { expr: '1', value: 2 }, { kind: 'Number', value: 1, str: '1', truthy: true }],
    [
      'of a null that is none',
      { expr: '1', value: null },
      { kind: 'Number', value: 1, str: '1', truthy: true },
    ],
    ['of any error', { expr: '1 +', error: 'Unexpected symbol' }, true],
    ['of a certain error', { expr: '1 +', error: { contains: 'unexpected SYMBOL: +' } }, true],
    [
      'of another error',
      { expr: 'foo', error: { contains: 'symbol' } },
      { error: expect.stringContaining('foo') as Json },
    ],
    [
      'of an error that there is not',
      { expr: '1', error: true },
      { kind: 'Number', value: 1, str: '1', truthy: true },
    ],
    [
      'of an error that is not expected',
      { expr: "fromJSON('{')", value: 1 },
      { error: expect.stringContaining('JSON') as Json },
    ],
    [
      'of a condition with other blanks',
      { if: "a  &&  'b c'", condition: '', errors: true },
      { errors: [expect.stringContaining("'a'") as Json] },
    ],
    ['of a condition', { if: 'github.a&&true', condition: 'success()&&(github.a && true)' }, true],
    ['of a wrong condition', { if: null, condition: 'always()' }, { condition: 'success()' }],
    ['of a condition of a list', { if: [], condition: 'success()' }, true],
    ['of a matrix as YAML', { matrix: 'a: [1]', expect: { configs: ['job (1)'] } }, true],
    [
      'of a matrix that is no YAML',
      { matrix: '{', expect: { count: 1 } },
      { problem: expect.stringContaining('YAML') as Json },
    ],
    [
      'of too few legs',
      { matrix: { a: [1] }, expect: { configs: [] } },
      { configs: [{ name: 'job (1)', matrix: { a: 1 } }], count: 1 },
    ],
    [
      'of another name',
      { matrix: { a: [1] }, expect: { configs: [{ name: 'x' }] } },
      { configs: [{ name: 'job (1)', matrix: { a: 1 } }], count: 1 },
    ],
    ['of a matrix that is wrong', { matrix: {}, expect: { error: 'at least one vector' } }, true],
    [
      'of a matrix that is wrong, unexpectedly',
      { matrix: {}, expect: { count: 0 } },
      { error: 'Matrix must define at least one vector' },
    ],
    ['of a matrix that should be wrong', { matrix: { a: [1] }, expect: { error: true } }, { count: 1 }],
    [
      'of another group',
      {
        group: 'A',
        events: [
          ['queue', 1, { group: 'a' }],
          ['queue', 2, { group: 'b' }],
        ],
        expect: { running: 1, pending: [] },
      },
      true,
    ],
    [
      'of a wrong member',
      { group: 'A', events: [['queue', 'a']], expect: { running: null } },
      { running: 'a', pending: [], cancelled: [] },
    ],
    ['of a group that is right', { config: 'x', expect: { invalid: false } }, true],
    ['of a group of nothing', { config: '', expect: { invalid: 'empty' } }, true],
    [
      'of a group that should be wrong',
      { config: { group: 'x' }, expect: { invalid: true } },
      { invalid: false },
    ],
    ['of a group that is computed', { config: '${{ github.ref }}', expect: { invalid: false } }, true],
    ['of nothing known', { id: 1 }, { problem: expect.stringContaining('no case') as Json }],
    ['that is no mapping', 'x', { problem: expect.stringContaining('no case') as Json }],
  ])('%s', (_, one, outcome) => {
    expect(outcomesOf([one])).toEqual([outcome]);
  });
});

it.each(fencesOf('docs/conformance.md').filter(({ language }) => language === 'json'))(
  'the example at $place passes',
  ({ text }) => {
    expect(checkCases(text).cases.filter(({ pass }) => !pass)).toEqual([]);
  },
);
