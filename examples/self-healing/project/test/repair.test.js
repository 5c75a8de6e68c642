import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptRepair, promiseDay } from '../src/repair.js';

test('a puncture brought in the morning is promised for the next day', () => {
  assert.equal(promiseDay({ kind: 'puncture', day: '2025-03-11', hour: 10 }), '2025-03-12');
});

test('what comes in late counts for the next working day', () => {
  assert.equal(promiseDay({ kind: 'puncture', day: '2025-03-14', hour: 15 }), '2025-03-17');
  assert.equal(promiseDay({ kind: 'puncture', day: '2025-03-14', hour: 16 }), '2025-03-18');
});

test('a rebuild is promised for two weeks later', () => {
  assert.equal(promiseDay({ kind: 'rebuild', day: '2025-03-10', hour: 9 }), '2025-03-24');
});

test('closed days put the promise off', () => {
  assert.equal(promiseDay({ kind: 'wheel', day: '2025-03-10', hour: 9 }, ['2025-03-12']), '2025-03-18');
});

test('missing parts put the promise off', () => {
  assert.equal(promiseDay({ kind: 'service', missingParts: 2, day: '2025-03-10', hour: 9 }), '2025-03-17');
});

test('a large order puts the promise off by a day more', () => {
  assert.equal(promiseDay({ kind: 'rebuild', missingParts: 8, day: '2025-03-10', hour: 9 }), '2025-03-27');
});

test('a repair that is taken in has a price and is handed over in the last hour', () => {
  const workshop = { benches: ['front'], bookings: [], closedDays: [] };
  const wish = { kind: 'service', day: '2025-03-13', hour: 9, items: [{ cents: 6900, quantity: 1 }] };
  const { repair, bookings } = acceptRepair(wish, workshop);
  assert.equal(repair.price.totalCents, 8211);
  assert.deepEqual(bookings, [{ bench: 'front', day: '2025-03-18', from: 17, until: 18 }]);
});
