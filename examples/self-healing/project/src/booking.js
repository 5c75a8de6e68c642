/** A booking holds a bench from hour `from` up to, not including, hour `until` of a day. */

const OPENS = 9;
const CLOSES = 18;

/** Do two bookings need the same bench at the same time? Back to back is fine. */
export function overlaps(one, other) {
  if (one.bench !== other.bench || one.day !== other.day) return false;
  return one.from < other.until && other.from < one.until;
}

/** Does a booking lie within the opening hours? */
export function isWithinOpeningHours(booking) {
  return booking.from >= OPENS && booking.until <= CLOSES && booking.from < booking.until;
}

/** The first bench that is free for the wish `{ day, from, until }`, or null. */
export function findFreeBench(bookings, benches, wish) {
  for (const bench of benches) {
    const candidate = { ...wish, bench };
    if (!bookings.some((booking) => overlaps(booking, candidate))) return bench;
  }
  return null;
}

/** The bookings with one more; throws a RangeError when the time is impossible or every bench is taken. */
export function book(bookings, benches, wish) {
  if (!isWithinOpeningHours(wish)) throw new RangeError(`we are open from ${OPENS} to ${CLOSES}`);
  const bench = findFreeBench(bookings, benches, wish);
  if (bench === null) throw new RangeError(`no bench is free on ${wish.day}`);
  return [...bookings, { ...wish, bench }];
}
