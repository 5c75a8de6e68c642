/** Days are ISO dates such as `2025-03-14`, without a time of day or a time zone. */

const DAY_MS = 86_400_000;
const SATURDAY = 6;

/** 1 for Monday to 7 for Sunday, as ISO 8601 counts. */
export function isoWeekday(day) {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 ? 7 : weekday;
}

/** The day after. */
export function nextDay(day) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** True from Monday to Friday, but not on a day the workshop is closed. */
export function isWorkingDay(day, closedDays = []) {
  return isoWeekday(day) < SATURDAY && !closedDays.includes(day);
}

/** The working day that comes `count` working days after `day`. */
export function addWorkingDays(day, count, closedDays = []) {
  let current = day;
  let left = count;
  while (left > 0) {
    current = nextDay(current);
    if (isWorkingDay(current, closedDays)) left -= 1;
  }
  return current;
}
