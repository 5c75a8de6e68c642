import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { workflowText } from '../../bench/workflow-text.ts';
import { readCommonYaml } from '../../src/workflow/common-yaml.ts';
import { readAnyYaml } from '../../src/workflow/read-yaml.ts';

/** What is common is read as the package reads it: the same values and places, and nothing to find. */
function expectSame(text: string): boolean {
  const common = readCommonYaml(text);
  if (common !== null) expect(readAnyYaml(text)).toEqual({ root: common, findings: [] });
  return common !== null;
}

const COMMON: Readonly<Record<string, string>> = {
  'nested mappings': 'a:\n  b:\n    c: d\n  e: f\ng: h\n',
  'comments and empty lines': '# x\n\na: b # c\n  # d\nc: # e\n# f\n  d: e#f\n\n# g\n',
  'no end of the last line': 'a: b\nc: d',
  'lists of texts': 'a:\n  - b\n  - c d\ne: f\n',
  'lists in the column of their key': 'a:\n- b\n- c\nd:\n- e\n',
  'lists of mappings': 'a:\n  - b: c\n    d: e\n  -   f:\n        g: h\n  - i:\n    - j\n    k: l\nm: n\n',
  'values that are missing': 'a:\nb:   \nc: # d\ne:\n  f:\ng:',
  'values of all kinds':
    'a: [null, ~, Null, NULL, nulL, true, True, TRUE, tRue, false, False, FALSE, yes]\n' +
    'b: [0, -0, +5, 007, 0o17, 0o8, 0xfF, 0xg, 1.5, 1., .5, .5e3, -2, 1e3, 1E-3, 1.2.3, 9007199254740993]\n' +
    'c: .inf\nd: +.INF\ne: .nan\nf: .Nan\ng: -1\nh: 1e999\ni: .\nj: +.\nk: 123456789012345678901234567890\n',
  'plain texts':
    "a: it's [b] {c}, d! & *e f:g http://x?y=z\nb: ${{ c }}\nd: e  \ng: é\u00a0\u2028\nh: a\u0085\n",
  'quoted texts': `a: 'it''s # b: c'\nb: "c \\"d\\" \\u00e9\\n\\\\"\nc: ''\nd: ""\n"e": 'f' # g\n'h i': j\n`,
  'values on the next line': 'a:\n  { b: c }\nd:\n  [f]\ng:\n  "h"\ni:\n  j k\nl: m\n',
  'flow style': 'a: { b: [c, "d", \'e\', {}, [], f g], h: { i: -1 }, "j": k, l: m:n, }\no: [ ]\np: [q,r]\n',
  'texts as blocks':
    'a: |\n  b: c\n\n    d # e\n  f\n\n\ng: |-\n  h\ni: >\n  j\n  k\n\n  l\n   m\nn: >-\n    o\np: q\n',
  'texts as blocks in lists': 'a:\n  - |\n    b\n  - c: |\n      d\n    e: >\n      f\n',
  'keys of several words or digits': 'go build: a\n404: b\n1e3: c\ntrue: d\nnull: e\na.b/c-d: f\n',
  'equal keys': 'a: b\na: c\nd: { e: f, e: g }\n',
  'names of prototypes': '__proto__: { constructor: x }\n',
};

const LEFT_TO_THE_PACKAGE: Readonly<Record<string, string>> = {
  nothing: '',
  'comments alone': '# a\n',
  'a text': 'a\n',
  'a list at the root': '- a\n',
  'an indented root': '  a: b\n',
  'a byte order mark': '\ufeffa: b\n',
  tabs: 'a:\tb\n',
  'ends of lines as on Windows': 'a: b\r\n',
  'markers of documents': '---\na: b\n',
  'a document after the first': 'a: b\n---\nc: d\n',
  directives: '%YAML 1.2\n---\na: b\n',
  anchors: 'a: &b c\n',
  aliases: 'a: *b\n',
  tags: 'a: !!str b\n',
  'merge keys': 'a: { <<: b }\n<<: c\n',
  'explicit keys': '? a\n: b\n',
  'plain texts over several lines': 'a: b\n  c\n',
  'quoted texts over several lines': 'a: "b\n  c"\n',
  'flow style over several lines': 'a: [b,\n  c]\n',
  'keys alone in flow style': 'a: { b, c: d }\n',
  'pairs in lists in flow style': 'a: [b: c]\n',
  'expressions without quotes in flow style': 'a: [${{ b }}]\n',
  'comments in flow style': 'a: [b #, c]\n]\n',
  'escapes of YAML alone': 'a: "\\x41\\e"\n',
  'blocks with an indentation of their own': 'a: |2\n    b\n',
  'blocks that keep empty lines': 'a: |+\n  b\n\n',
  'blocks that begin with an empty line': 'a: |\n\n  b\n',
  'blocks with blanks alone': 'a: |\n  b\n   \n  c\n',
  'blocks without content': 'a: |\nb: c\n',
  'blocks without end': 'a: |\n  b',
  'blocks on the next line': 'a:\n  |\n  b\n',
  'comments before a text on a line of its own': 'a:\n#...\n b\n',
  'lists in lists': 'a:\n  - - b\n',
  'empty items': 'a:\n  -\n  - b\n',
  'mappings on the line of their key': 'a: b: c\n',
  'a key at the end of a text': 'a: b:\n',
  'columns that do not fit': 'a:\n    b: c\n  d: e\n',
  'deeper than the value before': 'a: b\n  c: d\n',
  'items beside keys': 'a: b\n- c\n',
  'quotes that never close': 'a: "b\nc: \'d\n',
  'texts after quotes': 'a: "b" c\n',
  'comments without a blank': 'a: "b"#c\n',
  'brackets that never close': 'a: [b\n',
  'reserved characters': 'a: @b\n',
  'keys longer than allowed': `${'k'.repeat(1025)}: a\n`,
  'deep mappings': Array.from({ length: 60 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n'),
  'deep brackets': `a: ${'['.repeat(60)}${']'.repeat(60)}\n`,
};

describe('what workflows are mostly written in is read as the package reads it', () => {
  test.each(Object.keys(COMMON))('%s', (name) => {
    expect(expectSame(COMMON[name] ?? '')).toBe(true);
  });

  test.each(['mixed', 'chain', 'fan', 'grid'] as const)('a large workflow: %s', (shape) => {
    expect(expectSame(workflowText(shape, 200))).toBe(true);
  });
});

describe('left to the package', () => {
  test.each(Object.keys(LEFT_TO_THE_PACKAGE))('%s', (name) => {
    expect(readCommonYaml(LEFT_TO_THE_PACKAGE[name] ?? '')).toBeNull();
  });
});

/** Files of every kind, as a soil for random ones. */
const files = ['../../workflows/', '../../templates/.github/treadle/', 'golden/'].flatMap((name) => {
  const folder = new URL(name, import.meta.url);
  const found = readdirSync(folder).filter((file) => file.endsWith('.yml'));
  return found.map((file) => readFileSync(new URL(file, folder), 'utf8'));
});

test('the built-in workflows are common', () => {
  const folder = new URL('../../workflows/', import.meta.url);
  const left = readdirSync(folder).filter(
    (file) => file.endsWith('.yml') && readCommonYaml(readFileSync(new URL(file, folder), 'utf8')) === null,
  );
  expect(left).toEqual([]);
});

/** Some lines of a file, moved to the left as far as they go. */
const excerpt = fc
  .tuple(
    fc.constantFrom(...files, ...Object.values(COMMON)),
    fc.nat(),
    fc.integer({ min: 1, max: 14 }),
    fc.boolean(),
  )
  .map(([text, from, count, hasEnd]) => {
    const all = text.split('\n');
    const lines = all.slice(from % all.length).slice(0, count);
    const indent = lines[0]?.search(/\S|$/) ?? 0;
    const moved = lines.map((line) => (line.slice(0, indent).trim() === '' ? line.slice(indent) : line));
    return moved.join('\n') + (hasEnd ? '\n' : '');
  });
const pieces = [
  ...[
    ' ',
    '  ',
    '\n',
    '\n\n',
    '\n  ',
    '\n    ',
    ': ',
    ':',
    ' #',
    '#',
    '- ',
    '-',
    '? ',
    '!',
    '&a ',
    '*a',
    '|',
    '>',
  ],
  ...[
    '|-\n',
    '>-\n',
    '|\n  ',
    '>\n   ',
    '|+\n',
    '|2\n',
    "'",
    '"',
    '\\',
    '[',
    ']',
    '{',
    '}',
    ',',
    ', ',
    '%',
    '@',
    '`',
  ],
  ...[
    '~',
    'null',
    'true',
    '1',
    '-1',
    '1e3',
    '.5',
    '0x1',
    '0o7',
    '.inf',
    '\n  key: v\n',
    '- a\n',
    '\t',
    '\r\n',
  ],
  ...[
    '\u00a0',
    '\u2028',
    '\ufeff',
    '---\n',
    '...\n',
    '<<: ',
    '"a": ',
    "'a': ",
    '{ a: b }',
    '[a, b]',
    '\\x41',
    "''",
  ],
];
/** With a few pieces put in, in the place of others or not. */
const torn = fc
  .tuple(excerpt, fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...pieces)), { maxLength: 3 }))
  .map(([text, cuts]) =>
    cuts.reduce((all, [at, length, put]) => {
      const place = at % (all.length + 1);
      return all.slice(0, place) + put + all.slice(place + length);
    }, text),
  );

it('answers of random files nothing but what the package does', { timeout: 600_000 }, () => {
  let common = 0;
  // The same files each time, and others as long as asked for.
  const seconds = process.env['FUZZ_SECONDS'];
  const runs =
    seconds === undefined
      ? { seed: 1, numRuns: 4_000 }
      : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: Number(seconds) * 1000 };
  fc.assert(
    fc.property(torn, (text) => {
      if (expectSame(text)) common += 1;
    }),
    runs,
  );
  expect(common).toBeGreaterThan(0);
});
