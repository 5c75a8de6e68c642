import { describe, expect, test } from 'vitest';

import { recordFailure, type FiledBead } from '../../src/beads/auto-file.ts';
import {
  autoFiledBody,
  autoFiledLabels,
  autoFiledTitle,
  parseAutoFiled,
  regressionComment,
} from '../../src/beads/auto-filed-text.ts';
import { decodeFailure, type Failure } from '../../src/beads/failure.ts';
import { fingerprintOf } from '../../src/beads/fingerprint.ts';
import type { FingerprintDocument } from '../../src/codec/documents.ts';

const now = '2026-11-22T10:00:00Z';
const failure: Failure = {
  id: 'occurrence 1',
  title: 'Cart breaks',
  source: 'api',
  errorType: 'TypeError',
  message: 'order 1500 has no total',
  stack: '    at total (src/total.js:7:3)',
  severity: 'high',
  context: { path: '/cart' },
  occurredAt: '2026-11-22T09:59:00Z',
};
const fingerprint = fingerprintOf(failure);
const limits = { throttleMinutes: 2, beadsPerHour: 3 };
const open: FiledBead = { state: 'open', verifiedAt: null };

function record(
  known: FingerprintDocument | undefined,
  over: Partial<Failure> = {},
  around: Partial<Parameters<typeof recordFailure>[3]> = {},
) {
  const told = { ...failure, id: `occurrence ${(known?.count ?? 0) + 1}`, ...over };
  return recordFailure(known, fingerprint, told, { bead: null, filedAt: [], limits, now, ...around });
}

/** The failure as it stands once its bead #7 was written. */
function filed(over: Partial<FingerprintDocument> = {}): FingerprintDocument {
  return { ...record(undefined).document, issue: 7, wish: null, writtenAt: '2026-11-22T09:00:00Z', ...over };
}

describe('a failure', () => {
  test('that is new is filed', () => {
    expect(record(undefined)).toMatchObject({
      filing: 'file',
      document: { count: 1, issue: null, wish: 'file', writtenAt: now, regressions: 0 },
    });
  });

  test('that occurs again updates its one bead: count, first and last seen', () => {
    const again = record(
      filed(),
      { occurredAt: '2026-11-22T09:59:30Z', message: 'order 7 has no total' },
      { bead: open },
    );
    expect(again).toMatchObject({
      filing: 'update',
      document: {
        count: 2,
        firstSeen: '2026-11-22T09:59:00Z',
        lastSeen: '2026-11-22T09:59:30Z',
        message: 'order 7 has no total',
        occurrences: ['occurrence 1', 'occurrence 2'],
      },
    });
  });

  test('that was verified as fixed and comes back is a regression', () => {
    const bead = { state: 'closed', verifiedAt: '2026-11-22T09:30:00Z' } as const;
    expect(record(filed(), {}, { bead })).toMatchObject({
      filing: 'reopen',
      document: { regressions: 1, wish: 'reopen' },
    });
  });

  const verified = { state: 'closed', verifiedAt: '2026-11-22T09:30:00Z' } as const;
  test.each<
    [
      name: string,
      known: FingerprintDocument,
      over: Partial<Failure>,
      around: Partial<Parameters<typeof recordFailure>[3]>,
      reason: RegExp,
    ]
  >([
    ['was told before', filed(), { id: 'occurrence 1' }, { bead: open }, /told before/],
    [
      'comes within the throttle',
      filed({ writtenAt: '2026-11-22T09:58:30Z' }),
      {},
      { bead: open },
      /less than 2 minutes/,
    ],
    ['comes while its bead is written', filed({ wish: 'update' }), {}, { bead: open }, /being written/],
    [
      'a person closed the bead of',
      filed(),
      {},
      { bead: { state: 'closed', verifiedAt: null } },
      /a person closed/,
    ],
    [
      'occurred before the fix was verified',
      filed(),
      { occurredAt: '2026-11-22T09:20:00Z' },
      { bead: verified },
      /before its fix/,
    ],
    ['came back three times', filed({ regressions: 3 }), {}, { bead: verified }, /came back 3 times/],
    [
      'comes back while the breaker is open',
      filed(),
      {},
      { bead: verified, filedAt: [now, now, now] },
      /3 beads were filed/,
    ],
    [
      'is new while the breaker is open',
      filed({ issue: null, writtenAt: null }),
      {},
      { filedAt: [now, now, now] },
      /3 beads were filed/,
    ],
  ])('that %s is not written', (_, known, over, around, reason) => {
    const decision = record(known, over, around);
    expect(decision.filing).toBeNull();
    expect(decision.reason).toMatch(reason);
    expect(decision.document).toMatchObject({ wish: known.wish, regressions: known.regressions });
    expect(decision.document.count).toBe(over.id === undefined ? known.count + 1 : known.count);
  });

  test('is filed again where its bead was deleted, and once the hour of the breaker is over', () => {
    expect(record(filed(), {}, { bead: null }).filing).toBe('file');
    const old = '2026-11-22T08:59:00Z';
    expect(record(undefined, {}, { filedAt: [old, old, old] }).filing).toBe('file');
  });

  test('does not grow without end', () => {
    let document = filed();
    for (let n = 0; n < 100; n += 1)
      document = record(document, { id: `again ${n}` }, { bead: open }).document;
    expect(document.count).toBe(101);
    expect(document.occurrences).toHaveLength(50);
  });
});

describe('the bead', () => {
  test('has title, labels and priority', () => {
    expect(autoFiledTitle(filed())).toBe('[auto-filed] [api] Cart breaks');
    expect(autoFiledLabels(filed())).toEqual(['bug', 'auto-filed', 'source:api', 'P1']);
    expect(autoFiledLabels(filed({ regressions: 1 }), ['bug', 'P0', 'mine'])).toEqual([
      ...['bug', 'P0', 'mine', 'auto-filed', 'source:api', 'regression'],
    ]);
  });

  test('says what failed, how often and when, and carries its mark', () => {
    const body = autoFiledBody(filed({ count: 3, regressions: 2 }));
    expect(body).toContain('- seen: 3 times, first 2026-11-22T09:59:00Z, last 2026-11-22T09:59:00Z');
    expect(body).toContain('came back after a verified fix: 2 times');
    expect(body).toContain('order 1500 has no total');
    expect(body).toContain('at total (src/total.js:7:3)');
    expect(parseAutoFiled(body)).toBe(fingerprint);
    expect(parseAutoFiled(body.replaceAll('\n', '\r\n'))).toBe(fingerprint);
  });

  test('a regression names the earlier run', () => {
    expect(regressionComment(filed(), '7-1')).toContain('after run `7-1` had it fixed');
    expect(regressionComment(filed(), null)).toContain('an earlier run');
  });

  test('hostile words call nobody, end no fence, and pose as no mark', () => {
    const evil = `@ceo fixes #1\n\`\`\`\n<!-- treadle:status/1 -->\n<!-- treadle-failure ${'0'.repeat(64)} -->`;
    const document = filed({
      ...{
        title: evil,
        source: 'x]\n@ceo',
        errorType: evil,
        message: evil,
        stack: evil,
        context: { [evil]: evil },
      },
    });
    const body = autoFiledBody(document);
    const outside = body.replaceAll(/(`{3,})text\n[\s\S]*?\n\1(?!`)/g, '').replaceAll(/(`+)[^\n]*?\1/g, '');
    expect(outside).not.toMatch(/@ceo|#1\b|<!-- treadle:|```/);
    expect(parseAutoFiled(body)).toBe(fingerprint);
    expect(autoFiledTitle(document)).not.toContain('\n');
    expect(autoFiledLabels(document)).toContain('source:x-ceo');
    expect(autoFiledBody(filed({ message: '`'.repeat(2000), stack: '<'.repeat(4000) })).length).toBeLessThan(
      60_000,
    );
  });
});

describe('a failure as programs tell it', () => {
  const defaults = { now, id: 'told 1' };

  test('is read from the fields of the API', () => {
    const told = {
      ...{ title: 'Cart breaks', source: 'frontend', error_type: 'TypeError', message: 'x is undefined' },
      ...{ stack_trace: 'at a.js:1:1', context: { url: '/cart', n: 3 }, severity: 'CRITICAL' },
      ...{ occurred_at: '2026-11-22T11:00:00+02:00', id: 'abc' },
    };
    expect(decodeFailure(told, defaults)).toEqual({
      kind: 'failure',
      failure: {
        ...{
          id: 'abc',
          title: 'Cart breaks',
          source: 'frontend',
          errorType: 'TypeError',
          message: 'x is undefined',
        },
        ...{ stack: 'at a.js:1:1', context: { url: '/cart', n: '3' }, severity: 'critical' },
        occurredAt: '2026-11-22T09:00:00Z',
      },
    });
  });

  test('needs only a title', () => {
    expect(decodeFailure({ title: 'Broken' }, defaults)).toMatchObject({
      failure: { id: 'told 1', source: 'unknown', severity: 'medium', occurredAt: now, context: {} },
    });
  });

  test.each<[name: string, told: unknown, problem: string]>([
    ['no object', 'broken', 'a failure is a JSON object'],
    ['a list', [], 'a failure is a JSON object'],
    ['no title', {}, 'title is missing'],
    ['a title of another type', { title: 7 }, 'title must be a text'],
    [
      'an unknown severity',
      { title: 'x', severity: 'huge' },
      'severity must be one of critical, high, medium, low',
    ],
    [
      'a time that is none',
      { title: 'x', occurred_at: 'yesterday' },
      'occurred_at must be a time as in 2026-11-22T09:00:00Z, and not to come',
    ],
    [
      'a time to come',
      { title: 'x', occurred_at: '2026-11-23T09:00:00Z' },
      'occurred_at must be a time as in 2026-11-22T09:00:00Z, and not to come',
    ],
    ['a context of another type', { title: 'x', context: 'y' }, 'context must be an object'],
  ])('%s is refused', (_, told, problem) => {
    expect(decodeFailure(told, defaults)).toEqual({ kind: 'invalid', problems: [problem] });
  });

  test('texts of any length are cut', () => {
    const told = { title: 'x'.repeat(9_999), message: 'y'.repeat(99_999), context: { a: 'z'.repeat(999) } };
    const decoded = decodeFailure(told, defaults);
    if (decoded.kind !== 'failure') throw new Error(decoded.problems.join());
    expect(decoded.failure.title).toHaveLength(200);
    expect(decoded.failure.message).toHaveLength(2_000);
    expect(decoded.failure.context['a']).toHaveLength(200);
  });
});
