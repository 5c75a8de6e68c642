import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  block,
  escapeInline,
  fence,
  fit,
  inline,
  inlineCode,
  joinWithin,
  mention,
  parseMarker,
  quote,
  renderMarker,
} from '../../../src/engine/view/markdown.ts';
import { cutText, visibleLine, visibleText } from '../../../src/engine/view/visible-text.ts';

/** Texts that are made of what Markdown and GitHub act on. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '@alice',
          '@org/team',
          '#12',
          'GH-7',
          'acme/shop#9',
          'https://evil.example',
          'www.evil.example',
          'a@b.example',
        ],
        ...[
          '<!-- treadle:x -->',
          '<!--treadle:x-->',
          '<img src=x>',
          '</details>',
          '<script>',
          '[x](y)',
          '![x](y)',
          '[^1]',
        ],
        ...[
          '```',
          '````',
          '~~~',
          '`',
          '``',
          '\n',
          '\r\n',
          '\r',
          '\u2028',
          '\n\n',
          '    ',
          '> ',
          '# ',
          '- ',
          '1. ',
          '* ',
          '===',
        ],
        ...[
          '***',
          '__',
          '_',
          '|',
          '\\',
          '&lt;',
          '&#64;',
          '$x$',
          '~~',
          '\u202E',
          '\u200B',
          '\u0000',
          '\u001B[31m',
          '\uD800',
          '/treadle approve',
        ],
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** The runs of backticks that could end a fence of `length` ticks. */
const fenceEnds = (text: string, length: number): readonly string[] =>
  text.split('\n').filter((line) => new RegExp(`^ {0,3}\`{${length},}[ \\t]*$`, 'u').test(line));

describe('a text on a line', () => {
  it.each([
    { name: 'mention', text: 'ask @alice', shown: 'ask @&#8203;alice' },
    { name: 'team', text: '@org/team', shown: '@&#8203;org/team' },
    { name: 'issue', text: 'Fixes #12 and GH-7', shown: 'Fixes #&#8203;12 and GH-&#8203;7' },
    { name: 'address', text: 'https://x.y www.x.y', shown: 'https:&#8203;//x.y www&#8203;.x.y' },
    { name: 'HTML', text: '<b>&amp;</b>', shown: '&lt;b&gt;&amp;amp;&lt;/b&gt;' },
    { name: 'link', text: '[a](b) ![c](d)', shown: '\\[a\\](b) !\\[c\\](d)' },
    { name: 'emphasis', text: '*a* _b_ snake_case __c__', shown: '\\*a\\* \\_b\\_ snake_case \\_\\_c\\_\\_' },
    { name: 'heading', text: '# a', shown: '\\# a' },
    { name: 'list', text: '- a', shown: '\\- a' },
    { name: 'number', text: '12. a', shown: '12\\. a' },
    { name: 'command', text: '/treadle approve', shown: '\\/treadle approve' },
    { name: 'lines', text: ' a\r\n\r\n   b\t', shown: 'a b' },
    { name: 'invisible', text: 'a\u202Eb\u0007', shown: 'a\\\\u{202E}b\\\\u{0007}' },
    {
      name: 'plain',
      text: 'It is 3.5 (about half), e-mail later: ok!',
      shown: 'It is 3.5 (about half), e-mail later: ok!',
    },
  ])('$name', ({ text, shown }) => expect(escapeInline(text)).toBe(shown));

  it('never holds a mention, reference, address, tag, marker or second line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = escapeInline(text);
        expect(shown).not.toMatch(/@[\w-]/u);
        expect(shown).not.toMatch(/#\d+(?!\d*;)/u);
        expect(shown).not.toMatch(/gh-\d|:\/\/|www\./iu);
        expect(shown).not.toMatch(/[<>\n\r]/u);
        expect(shown.replace(/\\./gsu, '')).not.toMatch(/[`*[\]|~$\\]/u);
      }),
    );
  });
});

describe('a text as code on a line', () => {
  it.each([
    { name: 'plain', text: 'a b', shown: '`a b`' },
    { name: 'empty', text: ' \n', shown: '(empty)' },
    { name: 'backticks inside', text: 'a``b', shown: '```a``b```' },
    { name: 'backtick at an end', text: '`a', shown: '`` `a ``' },
    { name: 'marker', text: '<!-- treadle:x -->', shown: '`<! -- treadle:x -->`' },
    { name: 'long', text: 'x'.repeat(300), shown: `\`${'x'.repeat(199)}…\`` },
  ])('$name', ({ text, shown }) => expect(inlineCode(text)).toBe(shown));

  it('never ends before its end', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = inlineCode(text);
        if (shown === '(empty)') return;
        const ticks = /^`+/u.exec(shown)?.[0].length ?? 0;
        const runs = [...shown.matchAll(/`+/gu)].filter(([run]) => run.length === ticks);
        expect(runs).toHaveLength(2);
        expect(shown).not.toContain('\n');
        expect(shown).not.toMatch(/<!--\s*treadle/iu);
      }),
    );
  });
});

describe('a text as a block', () => {
  it('a fence is longer than what is in it', () => {
    expect(fence('a\n```\nb\n')).toBe('````text\na\n```\nb\n````');
  });

  it('a fence ends once, at its end', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = fence(text);
        const length = /^`+/u.exec(shown)?.[0].length ?? 0;
        expect(length).toBeGreaterThanOrEqual(3);
        expect(fenceEnds(shown, length)).toHaveLength(1);
        expect(shown.endsWith(`\n${'`'.repeat(length)}`)).toBe(true);
        expect(shown).not.toMatch(/<!--\s*treadle/iu);
      }),
    );
  });

  it('a quotation stays one', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of quote(text).split('\n')) expect(line).toMatch(/^>( |$)/u);
      }),
    );
  });

  it.each([
    { name: 'short', text: 'a *b*', shown: '> a \\*b\\*' },
    { name: 'lines', text: 'a\nb', shown: '```text\na\nb\n```' },
    { name: 'nothing', text: ' ', shown: '> (empty)' },
  ])('$name', ({ text, shown }) => expect(block(text, 1_000)).toBe(shown));

  it('a long line is fenced', () => expect(block('a'.repeat(1_001), 2_000)).toMatch(/^```text\na+\n```$/u));
});

describe('limits', () => {
  it('hold after escaping, whatever the text', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 80, max: 400 }), (text, max) => {
        const long = text.repeat(40);
        expect(inline(long, max).length).toBeLessThanOrEqual(max);
        expect(block(long, max).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('say how much was left out', () =>
    expect(fit('abcdefghij'.repeat(9), 40, (part) => part)).toMatch(/… \(\d+ more characters\)$/u));

  it('keep whole characters', () => {
    expect(cutText('ab😀cd', 4)).toBe('ab…');
    expect(cutText('abcd', 4)).toBe('abcd');
  });

  it.each([
    { name: 'all fit', max: 20, shown: 'aa,bb,cc' },
    { name: 'one fits', max: 7, shown: 'aa,+2' },
    { name: 'none fits', max: 2, shown: '+3' },
  ])('a list: $name', ({ max, shown }) => {
    expect(joinWithin(['aa', 'bb', 'cc'], max, (left) => `+${left}`, ',')).toBe(shown);
  });
});

describe('visible text', () => {
  it('keeps lines, tabs and joiners', () =>
    expect(visibleText('a\tb\r\nc\rd\u2029e 👩‍🚀')).toBe('a\tb\nc\nd\ne 👩‍🚀'));
  it('shows what hides', () =>
    expect(visibleText('\u200B\u{E0041}\uD800')).toBe('\\u{200B}\\u{E0041}\uFFFD'));
  it('goes on one line', () => expect(visibleLine(' a\n b ')).toBe('a b'));
});

describe('mentions', () => {
  it.each([
    { login: 'alice', shown: '@alice' },
    { login: 'a-b2', shown: '@a-b2' },
    { login: 'fixer[bot]', shown: '@fixer' },
    { login: 'org/team', shown: '`org/team`' },
    { login: 'x -->\n@y', shown: '`x --> @y`' },
  ])('$login', ({ login, shown }) => expect(mention(login)).toBe(shown));
});

describe('markers', () => {
  it.each(['status:42-1', 'dispatch:0123456789abcdef', 'gate:42-1/approve-1'])('%s comes back', (id) => {
    expect(parseMarker(`${renderMarker(id)}\nbody`)).toBe(id);
    expect(parseMarker(`${renderMarker(id)}\r\nbody`)).toBe(id);
    expect(parseMarker(renderMarker(id))).toBe(id);
  });

  it.each([
    { name: 'on a later line', text: 'a\n<!-- treadle:x -->' },
    { name: 'after a blank', text: ' <!-- treadle:x -->' },
    { name: 'before other text', text: '<!-- treadle:x --> a' },
    { name: 'of two words', text: '<!-- treadle:x y -->' },
    { name: 'that ends early', text: '<!-- treadle:x--> -->' },
    { name: 'quoted', text: '> <!-- treadle:x -->' },
    { name: 'none', text: '' },
  ])('$name is none', ({ text }) => expect(parseMarker(text)).toBeUndefined());

  it.each(['', 'a b', 'a--b', '-->', 'a\n'])('%j cannot be one', (id) =>
    expect(() => renderMarker(id)).toThrow('marker'),
  );
});
