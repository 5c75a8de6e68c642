/** Money is in whole cents. */

const VAT_PERCENT = 19;
const MEMBER_PERCENT = 10;
const BULK_PERCENT = 5;
const BULK_FROM_CENTS = 200_00;

function percentOf(cents, percent) {
  return Math.round((cents * percent) / 100);
}

/** What the parts and the labour cost before discounts: items are `{ cents, quantity }`. */
export function netPrice(items) {
  return items.reduce((sum, item) => sum + item.cents * item.quantity, 0);
}

/** The better one of the two discounts: for members, and for large repairs. */
export function discountFor(netCents, { member = false } = {}) {
  const memberPercent = member ? MEMBER_PERCENT : 0;
  const bulkPercent = netCents >= BULK_FROM_CENTS ? BULK_PERCENT : 0;
  return percentOf(netCents, Math.max(memberPercent, bulkPercent));
}

/** `{ netCents, discountCents, vatCents, totalCents }` of a repair. */
export function priceRepair(items, customer) {
  const netCents = netPrice(items);
  const discountCents = discountFor(netCents, customer);
  const vatCents = percentOf(netCents - discountCents, VAT_PERCENT);
  return { netCents, discountCents, vatCents, totalCents: netCents - discountCents + vatCents };
}
