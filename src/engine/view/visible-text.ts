/**
 * Makes a text show everything it holds: line ends become `\n`, and characters that hide, reorder or control text (C0 and C1
 * controls but for newline and tab, zero-width spaces, bidirectional controls, invisible operators, tag characters) are
 * written as `\u{202E}`; half surrogates become U+FFFD. What people approve is what agents get
 * (https://trojansource.codes), and no text can steer a terminal. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
 */
export function visibleText(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replace(
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`,
    );
}

/** The text on one line: visible, every run of white space one space, trimmed. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/\s+/gu, ' ').trim();
}

/** The first `max` UTF-16 units of a text with `…` in the last place where something was cut. Never splits a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${sliceWhole(text, max - 1)}…`;
}

/** The first units of a text, at most `length`, without half a surrogate pair at the end. */
export function sliceWhole(text: string, length: number): string {
  const kept = text.slice(0, Math.max(0, length));
  return /[\uD800-\uDBFF]$/u.test(kept) ? kept.slice(0, -1) : kept;
}
