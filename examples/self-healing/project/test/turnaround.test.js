import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workingDaysFor } from '../src/turnaround.js';

test('a puncture is done the next working day', () => {
  assert.equal(workingDaysFor('puncture'), 1);
});

test('express halves the time, rounded up', () => {
  assert.equal(workingDaysFor('wheel', { express: true }), 3);
});

test('an unknown kind of repair is refused', () => {
  assert.throws(() => workingDaysFor('paint'), /unknown kind of repair: paint/);
});
