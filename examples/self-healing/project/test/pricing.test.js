import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discountFor, netPrice, priceRepair } from '../src/pricing.js';

test('the net price adds up the items', () => {
  assert.equal(
    netPrice([
      { cents: 1250, quantity: 2 },
      { cents: 990, quantity: 1 },
    ]),
    3490,
  );
  assert.equal(netPrice([]), 0);
});

test('members get a tenth off', () => {
  assert.equal(discountFor(5000, { member: true }), 500);
  assert.equal(discountFor(5000), 0);
});

test('large repairs get a twentieth off', () => {
  assert.equal(discountFor(199_99), 0);
  assert.equal(discountFor(200_00), 1000);
});

test('the better discount counts, not both', () => {
  assert.equal(discountFor(400_00, { member: true }), 4000);
});

test('the total is what is left after the discount, with VAT', () => {
  assert.deepEqual(priceRepair([{ cents: 10_000, quantity: 1 }], { member: true }), {
    netCents: 10_000,
    discountCents: 1000,
    vatCents: 1710,
    totalCents: 10_710,
  });
});
