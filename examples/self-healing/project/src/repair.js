import { book } from './booking.js';
import { addWorkingDays, isWorkingDay } from './calendar.js';
import { priceRepair } from './pricing.js';
import { workingDaysFor } from './turnaround.js';

/** What comes in from this hour on counts as come in on the next working day. */
const LAST_HOUR = 16;

/** The day a repair is promised for. */
export function promiseDay({ kind, express, missingParts, day, hour }, closedDays) {
  const inTime = hour < LAST_HOUR && isWorkingDay(day, closedDays);
  const start = inTime ? day : addWorkingDays(day, 1, closedDays);
  return addWorkingDays(start, workingDaysFor(kind, { express, missingParts }), closedDays);
}

/**
 * Takes a repair in at a workshop `{ benches, bookings, closedDays }`.
 * Returns the repair with its price and its promised day, and the workshop's bookings with the handover in them.
 */
export function acceptRepair(wish, workshop) {
  const promisedFor = promiseDay(wish, workshop.closedDays);
  const handover = { day: promisedFor, from: 17, until: 18 };
  return {
    repair: {
      ...wish,
      promisedFor,
      price: priceRepair(wish.items, wish.customer),
      done: false,
      paidCents: 0,
    },
    bookings: book(workshop.bookings, workshop.benches, handover),
  };
}
