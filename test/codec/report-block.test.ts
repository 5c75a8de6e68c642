import { describe, expect, test } from 'vitest';

import { decodeReport, parseReport, renderReport, type Report } from '../../src/codec/report-block.ts';
import { block, empty, problemOf, reported } from './answers.ts';

test('a complete report is read', () => {
  const answer = [
    'I looked at it.',
    '',
    block(
      'outcome: success # done',
      'job: investigate',
      'outputs: { root-cause: "src/total.js:12", proposal: "Round once: at the end" }',
      'usage: { tokens: 12000, cost-usd: 0.11 }',
      'summary: one line',
    ),
    'Best, bob',
  ].join('\n');
  expect(reported(answer)).toEqual({
    outcome: 'success',
    job: 'investigate',
    outputs: { 'root-cause': 'src/total.js:12', proposal: 'Round once: at the end' },
    usage: { tokens: 12_000, costUsd: 0.11 },
    summary: 'one line',
  });
});

test.each([
  { name: 'with usage', usage: { tokens: 12, costUsd: 0.5 } },
  { name: 'with a part of it', usage: { tokens: 12, costUsd: null } },
  { name: 'without usage', usage: null },
])('a report that is rendered $name is read back as it was', ({ usage }) => {
  const report: Report = {
    outcome: 'success',
    outputs: { cause: 'a ``` fence' },
    summary: 'done',
    job: 'fix',
    usage,
  };
  expect(parseReport(renderReport(report))).toEqual({ kind: 'report', report });
});

describe('where the block stands', () => {
  const one = 'outcome: success';
  test.each([
    ['alone', block(one)],
    ['with CRLF', block(one).replaceAll('\n', '\r\n')],
    ['with lone CR', block(one).replaceAll('\n', '\r')],
    ['after a byte order mark', `\uFEFF${block(one)}`],
    ['in capitals', block(one).replace('treadle', 'Treadle')],
    ['with spaces before the word', block(one).replace('```treadle', '```  treadle ')],
    ['with tildes', block(one).replaceAll('```', '~~~')],
    ['with a long fence', block(one).replaceAll('```', '``````')],
    ['with a closing fence that is longer', `${block(one)}\`\``],
    ['with spaces behind the closing fence', `${block(one)}  \t`],
    ['indented by three', `   \`\`\`treadle\n${one}\n   \`\`\``],
    ['after another block', `\`\`\`js\nconst a = 1;\n\`\`\`\n${block(one)}`],
    ['after a block of tildes with a backtick in its info', `~~~ a\`b\n\`\`\`treadle\n~~~\n${block(one)}`],
    ['after a quoted one', `> \`\`\`treadle\n> outcome: failure\n> \`\`\`\n\n${block(one)}`],
    [
      'after one shown in a longer fence',
      `\`\`\`\`md\n${block('outcome: failure')}\n\`\`\`\`\n${block(one)}`,
    ],
    ['after one shown in tildes', `~~~\n${block('outcome: failure')}\n~~~\n${block(one)}`],
    ['after one in indented code', `    \`\`\`treadle\n    outcome: failure\n    \`\`\`\n\n${block(one)}`],
    ['after a code span of three backticks', `Use \`\`\`x\`\`\` here\n\`\`\` a \`\`\`\n${block(one)}`],
    ['after two million characters of log', `${'all is well\n'.repeat(170_000)}${block(one)}`],
  ])('%s, it counts', (_, answer) => {
    expect(reported(answer)).toEqual(empty);
  });

  test.each([
    ['an empty answer', ''],
    ['no block', 'outcome: success'],
    ['a block of another language', block(one).replace('treadle', 'yaml')],
    ['a language that begins alike', block(one).replace('treadle', 'treadle-report')],
    ['a block without language', block(one).replace('treadle', '')],
    ['a quoted block alone', '> ```treadle\n> outcome: success\n> ```'],
    ['a block inside another', `\`\`\`\`md\n${block(one)}\n\`\`\`\``],
    ['a block inside one that is never closed', `~~~\n${block(one)}`],
    ['in an HTML comment', '<!--\n```treadle\noutcome: success\n```\n-->'],
    ['in preformatted HTML', '<pre>\n```treadle\noutcome: success\n```\n</pre>'],
    ['in a comment that is never closed', 'So:\n\n<!-- see\n```treadle\noutcome: success\n```'],
    ['the fence in the middle of a line', 'Here: ```treadle\noutcome: success\n```'],
    ['two backticks', '``treadle\noutcome: success\n``'],
    ['a code span', '```treadle``` outcome: success'],
  ])('%s is no report', (_, answer) => {
    expect(parseReport(answer)).toEqual({ kind: 'none' });
  });

  test.each([
    ['two blocks', `${block(one)}\n${block(one)}`, 'it has 2 `treadle` blocks: exactly one is needed'],
    [
      'a second, open block',
      `${block(one)}\n\`\`\`treadle`,
      'it has 2 `treadle` blocks: exactly one is needed',
    ],
    ['an open block', `\`\`\`treadle\n${one}`, 'its `treadle` block is not closed with ```'],
    [
      'a closing fence too short',
      `\`\`\`\`treadle\n${one}\n\`\`\``,
      'its `treadle` block is not closed with ````',
    ],
    [
      'a closing fence of the other kind',
      `~~~treadle\n${one}\n\`\`\``,
      'its `treadle` block is not closed with ~~~',
    ],
    ['a closing fence with a word', `${block(one)} end`, 'its `treadle` block is not closed with ```'],
    [
      'a closing fence that is quoted',
      `\`\`\`treadle\n${one}\n> \`\`\``,
      'its `treadle` block is not closed with ```',
    ],
  ])('%s is malformed', (_, answer, problem) => {
    expect(problemOf(answer)).toBe(problem);
  });
});

describe('what the block says', () => {
  test.each<[name: string, lines: readonly string[], report: Partial<Report>]>([
    ['failure', ['outcome: failure'], { outcome: 'failure' }],
    ['continue', ['outcome: continue'], { outcome: 'continue' }],
    ['a wish for another turn', ['redispatch_requested: true'], { outcome: 'continue' }],
    ['a wish beside an outcome', ['outcome: success', 'redispatch_requested: true'], { outcome: 'continue' }],
    ['no wish', ['outcome: success', 'redispatch_requested: false'], {}],
    ['a quoted outcome', ['"outcome": \'success\''], {}],
    ['JSON', ['{"outcome": "success", "outputs": {"a": "b"}}'], { outputs: { a: 'b' } }],
    ['empty parts', ['outcome: success', 'outputs:', 'usage:', 'summary:', 'job:'], {}],
    ['comments and blank lines', ['', '# what I found', 'outcome: success', ''], {}],
    ['a document marker', ['---', 'outcome: success'], {}],
    ['text of several lines', ['outcome: success', 'summary: |', '  a', '  b'], { summary: 'a\nb\n' }],
    ['a summary that is a number', ['outcome: success', 'summary: 42'], { summary: '42' }],
    [
      'a fence within a text',
      ['outcome: success', 'summary: |', '    ```', '    x'],
      { summary: '```\nx\n' },
    ],
    [
      'part of the usage',
      ['outcome: success', 'usage: { tokens: 5 }'],
      { usage: { tokens: 5, costUsd: null } },
    ],
    [
      'usage in scientific notation',
      ['outcome: success', 'usage: { cost-usd: 1e-3 }'],
      { usage: { tokens: null, costUsd: 0.001 } },
    ],
    ['quoted usage', ['outcome: success', 'usage: { tokens: "5" }'], { usage: { tokens: 5, costUsd: null } }],
    [
      'more about usage',
      ['outcome: success', 'usage: { model: x }'],
      { usage: { tokens: null, costUsd: null } },
    ],
  ])('%s is read', (_, lines, report) => {
    expect(reported(block(...lines))).toEqual({ ...empty, ...report });
  });

  test.each([
    ['1.10', '1.10'],
    ['007', '007'],
    ['12345678901234567890', '12345678901234567890'],
    ['1234567e8', '1234567e8'],
    ['0x1F', '0x1F'],
    ['.inf', '.inf'],
    ['2026-01-05', '2026-01-05'],
    ['true', 'true'],
    ['False', 'false'],
    ['yes', 'yes'],
    ['null', ''],
    ['~', ''],
    ['"null"', 'null'],
    ['#12', ''],
    ['"#12"', '#12'],
    ['!evil x', 'x'],
    ["'${{ secrets.X }}'", '${{ secrets.X }}'],
  ])('an output %s is the text %j', (written, value) => {
    expect(reported(block('outcome: success', `outputs: { a: 1, b: ${written}`, '  }')).outputs).toEqual({
      a: '1',
      b: value,
    });
  });

  test.each([
    ['nothing', [], 'must be a mapping that begins with `outcome:`'],
    ['a text', ['all done'], 'must be a mapping that begins with `outcome:`'],
    ['a list', ['- outcome: success'], 'must be a mapping that begins with `outcome:`'],
    ['no outcome', ['summary: x'], '`outcome` must be success, failure or continue'],
    [
      'no wish and no outcome',
      ['redispatch_requested: false'],
      '`outcome` must be success, failure or continue',
    ],
    ['another outcome', ['outcome: done'], '`outcome` must be success, failure or continue'],
    [
      'another outcome beside a wish',
      ['outcome: x', 'redispatch_requested: true'],
      '`outcome` must be success',
    ],
    ['an outcome in capitals', ['outcome: Success'], '`outcome` must be success, failure or continue'],
    ['an outcome that is no text', ['outcome: true'], '`outcome` must be success, failure or continue'],
    ['an outcome that is a list', ['outcome: [success]'], '`outcome` must be success, failure or continue'],
    ['a wish that is a text', ['redispatch_requested: soon'], '`redispatch_requested` must be true or false'],
    [
      'an unknown key',
      ['outcome: success', 'result: x'],
      'it has the key `result`; known are outcome, outputs, usage, summary, job',
    ],
    [
      'a key of an object',
      ['outcome: success', '__proto__: { outcome: failure }'],
      'it has the key `__proto__`',
    ],
    ['another key of an object', ['constructor: x'], 'it has the key `constructor`'],
    ['a merge key', ['outcome: success', '<<: { job: x }'], 'it has the key `<<`'],
    [
      'outputs as a list',
      ['outcome: success', 'outputs: [a]'],
      '`outputs` must be a mapping of names to values',
    ],
    [
      'outputs as a text',
      ['outcome: success', 'outputs: a=b'],
      '`outputs` must be a mapping of names to values',
    ],
    [
      'a list as an output',
      ['outcome: success', 'outputs: { a: [1] }'],
      'the output `a` must be a text, number or boolean',
    ],
    [
      'a mapping as an output',
      ['outcome: success', 'outputs: { a: { b: c } }'],
      'put structures in as JSON text',
    ],
    [
      'usage as a text',
      ['outcome: success', 'usage: much'],
      '`usage` must be a mapping with `tokens` and `cost-usd`',
    ],
    ['negative usage', ['outcome: success', 'usage: { tokens: -1 }'], 'must be numbers from 0 to 10^12'],
    ['usage in words', ['outcome: success', 'usage: { cost-usd: a lot }'], 'must be numbers from 0 to 10^12'],
    [
      'more usage than can be',
      ['outcome: success', 'usage: { tokens: 1e300 }'],
      'must be numbers from 0 to 10^12',
    ],
    [
      'usage without end',
      ['outcome: success', 'usage: { tokens: 1e999 }'],
      'must be numbers from 0 to 10^12',
    ],
    ['a summary that is a list', ['outcome: success', 'summary: [a]'], '`summary` must be a text'],
    ['a job that is a mapping', ['outcome: success', 'job: { a: b }'], '`job` must be a job id'],
    [
      'a key twice',
      ['outcome: success', 'outcome: failure'],
      'is not YAML: Map keys must be unique at line 2',
    ],
    ['a colon in a plain text', ['outcome: success', 'summary: fixed: yes'], 'is not YAML: '],
    ['tabs', ['outcome: success', 'outputs:', '\ta: b'], 'is not YAML: '],
    ['an open quote', ['outcome: success', 'summary: "x'], 'is not YAML: '],
    ['two documents', ['outcome: success', '---', 'outcome: failure'], 'is not YAML: '],
    ['an alias', ['outcome: success', 'outputs: { a: &x y, b: *x }'], 'aliases (`*name`) are not allowed'],
    ['an alias of nothing', ['outcome: success', 'summary: *x'], 'is not YAML: '],
  ])('%s is malformed', (_, lines, problem) => {
    expect(problemOf(block(...lines))).toContain(problem);
  });

  test('names of JavaScript objects are outputs like any other, and change nothing', () => {
    const { outputs } = reported(
      block('outcome: success', 'outputs: { __proto__: a, constructor: b, toString: c, hasOwnProperty: d }'),
    );
    expect(Object.entries(outputs)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
      ['hasOwnProperty', 'd'],
    ]);
    expect(Object.getPrototypeOf(outputs)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('outcome');
  });

  test('an anchor that nobody uses does no harm', () => {
    expect(reported(block('outcome: &o success'))).toEqual(empty);
  });
});

test.each<[name: string, value: unknown, kind: string]>([
  [
    'a report from JSON',
    { outcome: 'success', outputs: { n: 1.5, yes: true, no: null }, usage: { tokens: 3 } },
    'report',
  ],
  ['null', null, 'malformed'],
  ['a list', [], 'malformed'],
  ['infinite usage', { outcome: 'success', usage: { tokens: Infinity } }, 'malformed'],
])('a decoded value may come from elsewhere: %s', (_, value, kind) => {
  const parsed = decodeReport(value);
  expect(parsed.kind).toBe(kind);
  if (parsed.kind === 'report') expect(parsed.report.outputs).toEqual({ n: '1.5', yes: 'true', no: '' });
});
