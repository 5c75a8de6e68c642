/**
 * A piece of JavaScript source. Strings, templates, regular expressions and comments are single tokens, so that nothing
 * in them is taken for code.
 * @typedef {{ kind: 'word' | 'number' | 'operator' | 'text' | 'comment', text: string, start: number, line: number }} Token
 */

const OPERATORS =
  /^(?:>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[-+*/%=<>!&|^~?:;,.(){}[\]@#])/;

/** @type {readonly [Token['kind'], RegExp][]} */
const PATTERNS = [
  ['comment', /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)/],
  ['text', /^(?:'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`)/],
  ['number', /^(?:0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?n?)/],
  ['word', /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u],
];
const REGEX = /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/;

/** A slash begins a regular expression where a value is expected. @param {Token | undefined} previous */
function expectsValue(previous) {
  if (previous === undefined) return true;
  if (previous.kind === 'word')
    return ['return', 'typeof', 'case', 'in', 'of', 'throw'].includes(previous.text);
  return previous.kind === 'operator' && ![')', ']', '}'].includes(previous.text);
}

/** @param {string} rest @param {Token | undefined} previous @returns {[Token['kind'], string]} */
function nextToken(rest, previous) {
  for (const [kind, pattern] of PATTERNS) {
    const found = pattern.exec(rest)?.[0];
    if (found !== undefined) return [kind, found];
  }
  const regex = expectsValue(previous) ? REGEX.exec(rest)?.[0] : undefined;
  if (regex !== undefined) return ['text', regex];
  return ['operator', OPERATORS.exec(rest)?.[0] ?? rest.charAt(0)];
}

/**
 * The tokens of a source, comments left out.
 * @param {string} source
 * @returns {readonly Token[]}
 */
export function tokenize(source) {
  /** @type {Token[]} */
  const tokens = [];
  let start = 0;
  let line = 1;
  while (start < source.length) {
    const space = /^\s+/.exec(source.slice(start))?.[0];
    const [kind, text] = space === undefined ? nextToken(source.slice(start), tokens.at(-1)) : [null, space];
    if (kind !== null && kind !== 'comment') tokens.push({ kind, text, start, line });
    start += text.length;
    line += text.split('\n').length - 1;
  }
  return tokens;
}
