import fc from 'fast-check';

import { sha256 } from '../../../src/base/digest.ts';
import type { Actor } from '../../../src/engine/actor.ts';
import type { Member } from '../../../src/engine/config.ts';
import type { Given } from '../../../src/engine/given.ts';
import type { Claim } from '../../../src/engine/state/outbox.ts';
import type { Recorded } from '../../../src/engine/state/run.ts';

export const version = fc.constant(1 as const);
export const count = fc.integer({ min: 1, max: 2 ** 40 });
export const name = fc.stringMatching(/^[A-Za-z_][\w-]{0,30}$/);
export const id = fc.stringMatching(/^[0-9a-f]{24}$/);
export const run = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 99 }))
  .map((n) => n.join('-'));
export const oid = fc.stringMatching(/^[0-9a-f]{40}$/);
export const digest = fc.string({ maxLength: 5 }).map(sha256);
export const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null });

/** Times as events have them: with milliseconds or without. */
export const time = fc
  .tuple(
    fc.date({ min: new Date('2020-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
    fc.boolean(),
  )
  .map(([date, whole]) => (whole ? `${date.toISOString().slice(0, 19)}Z` : date.toISOString()));

export const hour = time.map((at) => at.slice(0, 13));

/** A line of text as people and agents write it, hostile ones among them. */
export const line = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '{"blob":1}',
    'a\ud800b',
    '\u0000',
    '\u2028',
    'Treadle-Run: 9-9',
    '}\n',
    '${{ secrets.X }}',
  ),
  digest,
);

/** Texts on both sides of the limit beyond which they are kept apart. */
export const text = fc.oneof(
  { weight: 4, arbitrary: line },
  {
    weight: 1,
    arbitrary: fc.tuple(line, fc.integer({ min: 1, max: 60 })).map(([s, n]) => `${s}…`.repeat(n * 5)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'x'.repeat(1024),
      'x'.repeat(1025),
      'é'.repeat(513),
      `${'y'.repeat(2000)}\udc00`,
    ),
  },
);

/** Names that meet something in JavaScript or in the stored form. */
export const key = fc.oneof(
  name,
  fc.constantFrom('__proto__', 'constructor', 'toString', 'blob', 'length', '0'),
);
export const outputs = fc.dictionary(key, text, { maxKeys: 4 });

export const actor: fc.Arbitrary<Actor> = fc.record({
  kind: fc.constantFrom('user', 'app', 'treadle'),
  login: name,
  id: fc.nat(),
});
export const member: fc.Arbitrary<Member> = fc.record({
  login: name,
  id: fc.nat(),
  kind: fc.constantFrom('user', 'app'),
});
export const claim: fc.Arbitrary<Claim> = fc.record({ wake: name, until: time });
export const recorded: fc.Arbitrary<Recorded> = fc.record({ by: actor, reason: text, at: time });

const place = fc.record({ run, job: name });
const reporters = fc.array(fc.nat(), { maxLength: 2 });
export const given: fc.Arbitrary<Given> = fc.record({
  approvals: fc.array(
    fc.record({
      holder: place,
      asked: place,
      role: name,
      kind: fc.constantFrom('text' as const, 'code' as const),
      pull: orNull(count),
      head: orNull(oid),
      by: actor,
      review: orNull(count),
      comment: count,
      reporters,
    }),
    { maxLength: 2 },
  ),
  reporters,
  merged: fc.array(oid, { minLength: 1, maxLength: 2 }),
});

export const status = fc.constantFrom('queued', 'pending', 'waiting', 'in_progress', 'completed');
export const conclusion = fc.constantFrom('success', 'failure', 'cancelled', 'skipped');
