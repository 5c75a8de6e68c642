/** Digits that GitHub's conversion of a number to text keeps. */
const significantDigits = 15;

/**
 * A number as GitHub writes it: .NET's `G15`, for instance `1E+21`, `1E-07`, `1.23456789012346E+16`, `0.1`.
 *
 * @see https://learn.microsoft.com/en-us/dotnet/standard/base-types/standard-numeric-format-strings#GFormatString
 */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const [mantissa = '', power = '0'] = Math.abs(value)
    .toExponential(significantDigits - 1)
    .split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  const exponent = Number(power);
  const sign = value < 0 ? '-' : '';
  if (exponent <= -5 || exponent >= significantDigits) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits.slice(0, 1)}${fraction}E${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * A text as a number, as GitHub reads it: blanks around are ignored, nothing is 0, `0x` and `0o` (small letters) are 32-bit
 * integers, Infinity in any case, as .NET has it; everything else that is no decimal is NaN.
 */
export function parseNumber(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed);
  if (/^[+-]?infinity$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  if (/^0x[0-9a-fA-F]+$/.test(trimmed) || /^0o[0-7]+$/.test(trimmed)) {
    const unsigned = Number(trimmed);
    return unsigned <= 0xffffffff ? unsigned | 0 : Number.NaN;
  }
  return Number.NaN;
}
