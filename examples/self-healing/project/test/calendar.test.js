import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addWorkingDays, isWorkingDay, isoWeekday, nextDay } from '../src/calendar.js';

test('weekdays are counted from Monday', () => {
  assert.equal(isoWeekday('2025-03-10'), 1);
  assert.equal(isoWeekday('2025-03-16'), 7);
});

test('the next day crosses months and leap days', () => {
  assert.equal(nextDay('2024-02-28'), '2024-02-29');
  assert.equal(nextDay('2025-12-31'), '2026-01-01');
});

test('weekends and closed days are not worked', () => {
  assert.equal(isWorkingDay('2025-03-14'), true);
  assert.equal(isWorkingDay('2025-03-15'), false);
  assert.equal(isWorkingDay('2025-03-14', ['2025-03-14']), false);
});

test('working days skip the weekend', () => {
  assert.equal(addWorkingDays('2025-03-14', 1), '2025-03-17');
  assert.equal(addWorkingDays('2025-03-10', 4), '2025-03-14');
});
