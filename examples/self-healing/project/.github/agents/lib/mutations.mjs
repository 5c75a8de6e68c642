import { tokenize } from './tokens.mjs';

/**
 * A small change of one token.
 * @typedef {{ line: number, start: number, from: string, to: string, rank: number }} Mutation
 *   rank: 0 for the slips that people make most, then 1, 2
 */

/** What stands in a source where something else was meant. @type {Readonly<Record<string, readonly string[]>>} */
const SWAPS = {
  '<': ['<=', '>', '>='],
  '<=': ['<', '>=', '>'],
  '>': ['>=', '<', '<='],
  '>=': ['>', '<=', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '+=': ['-='],
  '-=': ['+='],
  '++': ['--'],
  '--': ['++'],
  '!': [''],
  min: ['max'],
  max: ['min'],
  floor: ['ceil', 'round'],
  ceil: ['floor', 'round'],
  round: ['floor', 'ceil'],
  some: ['every'],
  every: ['some'],
  true: ['false'],
  false: ['true'],
};

/** A number one more and one less, written as it was: `200_00` stays grouped. @param {string} text */
function neighbours(text) {
  if (!/^\d[\d_]*$/.test(text)) return [];
  const value = Number(text.replaceAll('_', ''));
  const grouping = text.split('_').map((group) => group.length);
  return [value + 1, value - 1].filter((next) => next >= 0).map((next) => regroup(String(next), grouping));
}

/** @param {string} digits @param {readonly number[]} grouping lengths of the groups, first to last */
function regroup(digits, grouping) {
  /** @type {string[]} */
  const groups = [];
  let rest = digits;
  for (const length of grouping.slice(1).reverse()) {
    groups.unshift(rest.slice(-length));
    rest = rest.slice(0, -length);
  }
  return rest === '' ? digits : [rest, ...groups].join('_');
}

/**
 * Every small change of the given lines of a source, by line, then by place.
 * @param {string} source
 * @param {ReadonlySet<number>} lines counted from 1
 * @returns {readonly Mutation[]}
 */
export function listMutations(source, lines) {
  return tokenize(source)
    .filter((token) => lines.has(token.line) && token.kind !== 'text')
    .flatMap((token) => {
      const replacements = token.kind === 'number' ? neighbours(token.text) : own(SWAPS, token.text);
      return replacements.map((to, index) => ({
        line: token.line,
        start: token.start,
        from: token.text,
        to,
        rank: rankOf(token, index),
      }));
    });
}

/** @param {Readonly<Record<string, readonly string[]>>} table @param {string} key */
function own(table, key) {
  return Object.hasOwn(table, key) ? (table[key] ?? []) : [];
}

/** @param {import('./tokens.mjs').Token} token @param {number} index place among the replacements */
function rankOf(token, index) {
  const slips = ['<', '<=', '>', '>=', '&&', '||'];
  if (slips.includes(token.text) || token.kind === 'number')
    return index === 0 || token.kind === 'number' ? 0 : 2;
  return 1;
}

/** The source with a mutation in it. @param {string} source @param {Mutation} mutation */
export function applyMutation(source, { start, from, to }) {
  return source.slice(0, start) + to + source.slice(start + from.length);
}
