const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest wait between two attempts: a day. */
export const maxRetryDelayMs = 86_400_000;

/** A time such as `30s`, `2m`, `1h`, `1d` or `0` in milliseconds, or null when the text is none. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match === null ? null : Number(match[1]) * Number(unitMs[String(match[2])]);
}
