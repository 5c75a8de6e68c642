import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCents } from '../../src/web/money.js';
import { badgeOf, renderTicket } from '../../src/web/ticket.js';

const REPAIR = {
  bike: 'Anna’s <red> bike',
  items: [{ name: 'tube & tyre', quantity: 2 }],
  price: { totalCents: 10_710 },
  promisedFor: '2025-03-18',
};

test('money has two decimal places', () => {
  assert.equal(formatCents(10_710), '107.10 €');
  assert.equal(formatCents(-5), '-0.05 €');
});

test('a repair that is done and paid can be picked up', () => {
  assert.equal(badgeOf({ ...REPAIR, done: true, paidCents: 10_710 }), 'pick up');
});

test('a repair that is not done stays in the workshop', () => {
  assert.equal(badgeOf({ ...REPAIR, done: false, paidCents: 0 }), 'in the workshop');
});

test('a repair is not handed out before it is done and paid', () => {
  assert.equal(badgeOf({ ...REPAIR, done: true, paidCents: 10_709 }), 'please pay');
  assert.equal(badgeOf({ ...REPAIR, done: false, paidCents: 10_710 }), 'in the workshop');
});

test('a ticket shows the items and escapes what people wrote', () => {
  const html = renderTicket({ ...REPAIR, done: true, paidCents: 10_710 });
  assert.match(html, /Anna’s &lt;red&gt; bike/);
  assert.match(html, /<li>2 × tube &amp; tyre<\/li>/);
  assert.match(html, /107\.10 €, promised for 2025-03-18/);
});
