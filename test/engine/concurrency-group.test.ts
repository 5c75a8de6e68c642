import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ConcurrencyGroup, GroupOptions } from '../../src/engine/concurrency-group.ts';
import {
  EMPTY_GROUP,
  enterGroup,
  findGroupProblem,
  groupKeyOf,
  leaveGroup,
} from '../../src/engine/concurrency-group.ts';

const single: GroupOptions = { cancelInProgress: false, queue: 'single' };
const cancelling: GroupOptions = { cancelInProgress: true, queue: 'single' };
const max: GroupOptions = { cancelInProgress: false, queue: 'max' };

type Step = readonly ['enter', string, GroupOptions] | readonly ['leave', string];

function play(steps: readonly Step[]): {
  group: ConcurrencyGroup;
  cancelled: readonly string[];
  started: readonly string[];
} {
  let group = EMPTY_GROUP;
  const cancelled: string[] = [];
  const started: string[] = [];
  for (const step of steps) {
    const result = step[0] === 'enter' ? enterGroup(group, step[1], step[2]) : leaveGroup(group, step[1]);
    group = result.group;
    cancelled.push(...result.cancelled);
    if (result.started !== null) started.push(result.started);
  }
  return { group, cancelled, started };
}

describe('a concurrency group', () => {
  it.each<[string, readonly Step[], string | null, readonly string[], readonly string[], readonly string[]]>([
    ['the first runs', [['enter', 'a', single]], 'a', [], [], ['a']],
    [
      'the second waits',
      [
        ['enter', 'a', single],
        ['enter', 'b', single],
      ],
      'a',
      ['b'],
      [],
      ['a'],
    ],
    [
      'a third takes the place of the second',
      [
        ['enter', 'a', single],
        ['enter', 'b', single],
        ['enter', 'c', single],
      ],
      'a',
      ['c'],
      ['b'],
      ['a'],
    ],
    [
      'the running one is cancelled, and runs until it ended',
      [
        ['enter', 'a', single],
        ['enter', 'b', single],
        ['enter', 'c', cancelling],
      ],
      'a',
      ['c'],
      ['b', 'a'],
      ['a'],
    ],
    [
      'it is cancelled once',
      [
        ['enter', 'a', single],
        ['enter', 'b', cancelling],
        ['enter', 'c', cancelling],
        ['leave', 'a'],
      ],
      'c',
      [],
      ['a', 'b'],
      ['a', 'c'],
    ],
    [
      'the flag of the newcomer counts',
      [
        ['enter', 'a', cancelling],
        ['enter', 'b', single],
      ],
      'a',
      ['b'],
      [],
      ['a'],
    ],
    [
      'with max all wait in their order',
      [
        ['enter', 'a', max],
        ['enter', 'b', max],
        ['enter', 'c', max],
        ['leave', 'a'],
      ],
      'b',
      ['c'],
      [],
      ['a', 'b'],
    ],
    [
      'a single one clears a queue of many',
      [
        ['enter', 'a', max],
        ['enter', 'b', max],
        ['enter', 'c', max],
        ['enter', 'd', single],
      ],
      'a',
      ['d'],
      ['b', 'c'],
      ['a'],
    ],
    [
      'who waits may go',
      [
        ['enter', 'a', single],
        ['enter', 'b', single],
        ['leave', 'b'],
      ],
      'a',
      [],
      [],
      ['a'],
    ],
    [
      'a stranger changes nothing',
      [
        ['enter', 'a', single],
        ['leave', 'x'],
      ],
      'a',
      [],
      [],
      ['a'],
    ],
    [
      'who is there stays',
      [
        ['enter', 'a', single],
        ['enter', 'a', cancelling],
      ],
      'a',
      [],
      [],
      ['a'],
    ],
    [
      'the last one leaves it empty',
      [
        ['enter', 'a', single],
        ['leave', 'a'],
      ],
      null,
      [],
      [],
      ['a'],
    ],
  ])('%s', (_, steps, running, pending, cancelled, started) => {
    const played = play(steps);
    expect(played).toMatchObject({ group: { running, pending }, cancelled, started });
  });

  it('holds 100 that wait', () => {
    const steps = Array.from({ length: 103 }, (_, index) => ['enter', `r${index}`, max] as const);
    const { group, cancelled } = play(steps);
    expect(group.pending).toHaveLength(100);
    expect(cancelled).toEqual(['r101', 'r102']);
  });

  it('starts everybody who was not cancelled, one at a time', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const options = fc.constantFrom(single, cancelling, max);
    const step = fc.oneof(
      fc.tuple(fc.constant('enter' as const), ids, options),
      fc.tuple(fc.constant('leave' as const), ids),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let group = EMPTY_GROUP;
        for (const one of steps) {
          const before = group;
          const result = one[0] === 'enter' ? enterGroup(group, one[1], one[2]) : leaveGroup(group, one[1]);
          group = result.group;
          // Somebody else runs only once the one before has left.
          if (before.running !== group.running && before.running !== null)
            expect(one).toEqual(['leave', before.running]);
          expect(result.started).toBe(before.running === group.running ? null : group.running);
          const left = before.pending.filter((id) => !group.pending.includes(id) && id !== group.running);
          for (const id of left) expect(one[0] === 'leave' ? [one[1]] : result.cancelled).toContain(id);
          if (group.running === null) expect(group.pending).toEqual([]);
        }
      }),
    );
  });
});

describe('the name and options of a group', () => {
  it.each<[string, string, GroupOptions, string | null]>([
    ['any text', 'a b/Ü', cancelling, null],
    ['400 characters', 'x'.repeat(400), single, null],
    ['401 characters', 'x'.repeat(401), single, '400'],
    ['nothing', '', single, 'empty'],
    ['max', 'a', max, null],
    ['max that cancels', 'a', { cancelInProgress: true, queue: 'max' }, 'queue: max'],
  ])('%s', (_, name, options, problem) => {
    const found = findGroupProblem(name, options);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });

  it('ignores letter case', () => {
    expect(groupKeyOf('Deploy')).toBe(groupKeyOf('dEPLOY'));
  });
});
