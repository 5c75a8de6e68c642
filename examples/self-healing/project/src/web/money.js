/** `1234` cents as `12.34 €`. */
export function formatCents(cents) {
  const sign = cents < 0 ? '-' : '';
  const absolute = Math.abs(cents);
  const rest = String(absolute % 100).padStart(2, '0');
  return `${sign}${Math.floor(absolute / 100)}.${rest} €`;
}
