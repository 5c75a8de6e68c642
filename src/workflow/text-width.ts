/** Ranges of characters that terminals draw two columns wide: East Asian wide and full-width, emoji. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/**
 * How many columns of a terminal a text takes: 2 for wide characters, 0 for combining marks and joiners, else 1. A tab counts 1.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (/^(?:\p{Mn}|\p{Me}|[\u200b-\u200d])$/u.test(character)) continue;
    width += wideRanges.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
  }
  return width;
}
