import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  parseCommitMessage,
  POLICY_VERSION,
  renderCommitMessage,
  type BranchEvent,
  type RecordedEvent,
} from '../../src/codec/commit-message.ts';
import type { EffectsRecorded, ReportReceived } from '../../src/engine/event.ts';
import { text } from './arbitraries/parts.ts';
import { expectGolden } from './golden.ts';

const oid = 'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0';
const report: ReportReceived = {
  version: 1,
  id: '5e1f0c0ffee5e1f0c0ffee00',
  run: '42-1',
  at: '2026-01-05T09:10:00Z',
  actor: { kind: 'user', login: 'bob', id: 4 },
  ground: 'is the assignee',
  wake: { wake: 'wake-7', until: '2026-01-05T09:20:00Z' },
  type: 'report_received',
  dispatch: 'd2',
  outcome: 'success',
  outputs: { 'root-cause': 'src/total.js:12 rounds “each” item.\nIt must round once.' },
  summary: 'Found it.',
  usage: { tokens: 12_000, costUsd: 0.11 },
  source: 'comment 123',
};
const recorded: EffectsRecorded = {
  version: 1,
  type: 'effects_recorded',
  id: 'r1',
  at: '2026-01-05T09:11:00Z',
  results: [{ run: '42-1', effect: 'e1', result: { kind: 'done', remote: { comment: 9 } } }],
  commits: { '42-1': { event: report.id, oid } },
  wake: { wake: 'wake-7', until: '2026-01-05T09:20:00Z' },
};
const started: BranchEvent = {
  version: 1,
  type: 'initialised',
  id: 'i1',
  at: '2026-01-05T08:00:00Z',
  detail: 'Issues from before are not acted on.',
};
const foreign = { event: null, run: null, policy: null, previous: null };

test('a message is a subject, the complete event and trailers that git reads', () => {
  const subject = '#42 bug: investigate → approve (success)';
  expectGolden('commit-message.txt', renderCommitMessage({ subject, event: report, previous: oid }));
});

test.each<[name: string, event: RecordedEvent, run: string | null]>([
  ['an event of a run', report, '42-1'],
  ['bookkeeping', recorded, null],
  ['a fact about the branch', started, null],
  [
    'a moved cursor',
    { version: 1, type: 'facts_read', id: 'f1', at: '2026-01-05T09:00:00Z', since: '' },
    null,
  ],
  ['treadle itself as the actor', { ...report, actor: { kind: 'treadle', login: 'treadle', id: 0 } }, '42-1'],
])('%s comes back as it was written', (_, event, run) => {
  for (const previous of [oid, null]) {
    const message = renderCommitMessage({ subject: 'What happened', event, previous });
    expect(parseCommitMessage(message)).toEqual({
      subject: 'What happened',
      event,
      run,
      policy: POLICY_VERSION,
      previous,
    });
  }
});

test('whatever subject, texts, login and run are, the event and the trailers come back', () => {
  const hostile = fc.oneof(
    text,
    fc.constantFrom(
      'x\n}\nTreadle-Run: 9-9\n',
      '\n\n{\n  "type": "x"\n}\n',
      `\nTreadle-Previous: ${'0'.repeat(40)}`,
      '{',
      '}',
      'Treadle-Event: fake 1',
    ),
  );
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (subject, summary, login, problem) => {
      const event: RecordedEvent = {
        ...report,
        actor: { ...report.actor, login },
        summary,
        outputs: { [problem]: problem },
      };
      const message = renderCommitMessage({ subject, event, previous: oid });
      const parsed = parseCommitMessage(message);
      expect(parsed.event).toEqual(event);
      expect(parsed).toMatchObject({ run: '42-1', policy: POLICY_VERSION, previous: oid });
      expect(parsed.subject).toBe(message.split('\n')[0]);
      expect(message).not.toContain('\0');
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['line breaks', 'a\nb\r\nc\u2028d', 'a b c d'],
  ['a trailer', '\n\nTreadle-Run: 9-9', 'Treadle-Run: 9-9'],
  ['control characters', 'a\u0000b\u001b[31mc\u0085d', 'a b [31mc d'],
  ['nothing', ' \n\t ', 'initialised'],
  ['a brace', '{', '{'],
  ['a text of git', 'fixup! # not a comment', 'fixup! # not a comment'],
])('a subject that holds %s is one line', (_, subject, line) => {
  const message = renderCommitMessage({ subject, event: started, previous: null });
  expect(message.startsWith(`${line}\n\n{\n`)).toBe(true);
  expect(parseCommitMessage(message)).toMatchObject({ subject: line, event: started, run: null });
});

describe('a message of another origin gives its subject and nothing else', () => {
  const ours = renderCommitMessage({ subject: 'Ours', event: report, previous: oid });
  test.each([
    ['nothing', ''],
    ['a subject alone', 'Fix a typo'],
    ['a subject and a body', 'Fix a typo\n\nIn the README.\n'],
    ['trailers alone', `Fix\n\nTreadle-Run: 42-1\nTreadle-Event: x 1\nTreadle-Previous: ${oid}\n`],
    ['trailers below a brace', 'Fix\n\n}\nTreadle-Run: 42-1\nTreadle-Event: x 1\n'],
    ['JSON that is no event', 'Fix\n\n{\n  "a": 1\n}\nTreadle-Event: x 1\n'],
    ['JSON that is broken', 'Fix\n\n{\n  "a": 1,\n}\nTreadle-Event: x 1\n'],
    ['JSON that is null below a brace', 'Fix\n\n{\nnull\n}\nTreadle-Event: x 1\n'],
    ['an event without trailers', ours.slice(0, ours.indexOf('Treadle-Run'))],
    [
      'an event with the trailers of another',
      ours.replace(/^(Treadle-Event: ).*$/m, '$1report_received other'),
    ],
    ['several of ours, squashed', `Squashed\n\n* ${ours}\n* ${ours}`],
    ['one of ours, reverted', `Revert "Ours"\n\nThis reverts commit ${oid}.\n\n${ours}`],
    ['an id that is no text', ours.replace(`"id": "${report.id}"`, '"id": 7')],
  ])('%s', (_, message) => {
    expect(parseCommitMessage(message)).toEqual({ subject: message.split('\n')[0], ...foreign });
  });
});

test('a policy that is no number is none', () => {
  const message = renderCommitMessage({ subject: 'x', event: started, previous: null });
  expect(
    parseCommitMessage(message.replace(/^Treadle-Policy: .*$/m, 'Treadle-Policy: soon')).policy,
  ).toBeNull();
  expect(parseCommitMessage(message.replace(/^Treadle-Policy: .*\n/m, '')).policy).toBeNull();
});
