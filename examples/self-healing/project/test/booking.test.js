import assert from 'node:assert/strict';
import { test } from 'node:test';
import { book, findFreeBench, isWithinOpeningHours } from '../src/booking.js';

const BENCHES = ['front', 'back'];
const morning = { bench: 'front', day: '2025-03-14', from: 9, until: 11 };
const noon = { bench: 'front', day: '2025-03-14', from: 11, until: 13 };

test('a bench that is in use is not offered', () => {
  assert.equal(findFreeBench([morning], ['front'], { day: '2025-03-14', from: 10, until: 12 }), null);
  assert.equal(findFreeBench([morning], BENCHES, { day: '2025-03-14', from: 10, until: 12 }), 'back');
});

test('a bench is free on another day', () => {
  assert.equal(findFreeBench([morning], BENCHES, { day: '2025-03-17', from: 9, until: 11 }), 'front');
});

test('a booking may begin when another one ends', () => {
  assert.equal(findFreeBench([morning], BENCHES, { day: '2025-03-14', from: 11, until: 12 }), 'front');
});

test('a booking may end when another one begins', () => {
  assert.equal(findFreeBench([noon], BENCHES, { day: '2025-03-14', from: 9, until: 11 }), 'front');
});

test('bookings lie within the opening hours', () => {
  assert.equal(isWithinOpeningHours({ from: 9, until: 18 }), true);
  assert.equal(isWithinOpeningHours({ from: 8, until: 10 }), false);
  assert.equal(isWithinOpeningHours({ from: 17, until: 19 }), false);
  assert.equal(isWithinOpeningHours({ from: 12, until: 12 }), false);
});

test('booking fails when every bench is taken', () => {
  const full = [morning, { ...morning, bench: 'back' }];
  assert.throws(() => book(full, BENCHES, { day: '2025-03-14', from: 9, until: 10 }), /no bench is free/);
});
