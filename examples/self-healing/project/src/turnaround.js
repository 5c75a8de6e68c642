/** How many working days each kind of repair takes. */
const WORKING_DAYS = { puncture: 1, service: 3, wheel: 5, rebuild: 10 };

/** What has to be ordered comes after so many working days; large orders take a day more. */
const ORDERING_DAYS = 2;
const LARGE_ORDER = 8;

function orderingDays(missingParts) {
  if (missingParts === 0) return 0;
  return missingParts >= LARGE_ORDER ? ORDERING_DAYS + 1 : ORDERING_DAYS;
}

/** Working days until a repair of this kind is done; express takes half as many, rounded up. */
export function workingDaysFor(kind, { express = false, missingParts = 0 } = {}) {
  const days = WORKING_DAYS[kind];
  if (days === undefined) throw new RangeError(`unknown kind of repair: ${kind}`);
  return orderingDays(missingParts) + (express ? Math.ceil(days / 2) : days);
}
