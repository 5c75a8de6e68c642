import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseSlashCommand, renderStart, type SlashCommand } from '../../src/codec/slash-command.ts';

type Override = Extract<SlashCommand, { kind: 'override' }>;

test.each<[comment: string, override: Override['override'], reason: string]>([
  ['/treadle approve looks right', { action: 'approve', job: null }, 'looks right'],
  ['/treadle reject too risky', { action: 'reject', job: null }, 'too risky'],
  ['/treadle retry the network is back', { action: 'retry', job: null }, 'the network is back'],
  ['/treadle goto fix start over', { action: 'goto', job: 'fix' }, 'start over'],
  ['/treadle skip verify-it checked by hand', { action: 'skip', job: 'verify-it' }, 'checked by hand'],
  [
    '/treadle reassign web-designer it is CSS',
    { action: 'reassign', job: null, role: 'web-designer' },
    'it is CSS',
  ],
  ['/treadle pause release day', { action: 'pause' }, 'release day'],
  ['/treadle resume go on', { action: 'resume' }, 'go on'],
  ['/treadle cancel not needed', { action: 'cancel' }, 'not needed'],
  ['/treadle close a duplicate', { action: 'close' }, 'a duplicate'],
  ['/treadle  approve\t fine ', { action: 'approve', job: null }, 'fine'],
  ['\n \r\n  /treadle approve fine', { action: 'approve', job: null }, 'fine'],
  ['/treadle approve\r\n\r\nbecause\r\nit works', { action: 'approve', job: null }, 'because\nit works'],
  ['/treadle goto fix\nstart over', { action: 'goto', job: 'fix' }, 'start over'],
  ['/treadle goto\nfix start over', { action: 'goto', job: 'fix' }, 'start over'],
  ['/treadle approve a\u2028b', { action: 'approve', job: null }, 'a\u2028b'],
])('%j is an override', (comment, override, reason) => {
  expect(parseSlashCommand(comment)).toEqual({ kind: 'override', override, reason });
});

test.each([
  ['nothing', ''],
  ['blank lines', ' \n\n'],
  ['talk', 'I would /treadle approve this'],
  ['a command below talk', 'Well.\n/treadle approve fine'],
  ['a quoted command', '> /treadle approve fine'],
  ['a command in a fence', '```\n/treadle approve fine\n```'],
  ['a command in indented code', '    /treadle approve fine'],
  ['a command behind a tab', '\t/treadle approve fine'],
  ['a command in a list', '- /treadle approve fine'],
  ['a word that begins alike', '/treadlefoo approve'],
  ['another command', '/assign bob'],
  ['capitals', '/Treadle approve fine'],
])('%s is no command', (_, comment) => {
  expect(parseSlashCommand(comment)).toBeNull();
});

test.each([
  ['/treadle', '`/treadle` needs a command behind it.'],
  ['/treadle   ', '`/treadle` needs a command behind it.'],
  ['/treadle aprove fine', "`/treadle aprove` is not known. Did you mean 'approve'?"],
  ['/treadle Approve fine', '`/treadle Approve` is not known.'],
  ['/treadle toString x', '`/treadle toString` is not known.'],
  ['/treadle constructor x', '`/treadle constructor` is not known.'],
  ['/treadle __proto__ x', '`/treadle __proto__` is not known.'],
  ['/treadle repin abc', '`/treadle repin` needs a workflow and a reason: /treadle repin WORKFLOW why'],
  ['/treadle approve', '`/treadle approve` needs a reason: say why, behind it.'],
  ['/treadle pause \n ', '`/treadle pause` needs a reason'],
  ['/treadle goto fix', '`/treadle goto` needs a reason'],
  ['/treadle goto', '`/treadle goto` needs a job: /treadle goto JOB why'],
  ['/treadle skip fix: because', '`/treadle skip` needs a job: /treadle skip JOB why'],
  ['/treadle reassign', '`/treadle reassign` needs a role: /treadle reassign ROLE why'],
  ['/treadle reassign @bob please', '`/treadle reassign` needs a role'],
  ['/treadle start', '`/treadle start` needs a workflow: /treadle start WORKFLOW'],
  ['/treadle start bug now please', 'what follows the workflow in `/treadle start` must be key=value'],
  ['/treadle start bug a="open', 'must be key=value, or key="a value"'],
])('%j is malformed', (comment, problem) => {
  expect(parseSlashCommand(comment)).toMatchObject({
    kind: 'malformed',
    problem: expect.stringContaining(problem) as string,
  });
});

test.each([
  ['/treadle done a="open', 'the value of `a` in `/treadle done` must end with a quote'],
  ['/treadle done a=1 b="x"y', 'the value of `b` in `/treadle done` must end with a quote'],
])('%j is a malformed answer', (comment, problem) => {
  expect(parseSlashCommand(comment)).toMatchObject({
    kind: 'malformed-report',
    problem: expect.stringContaining(problem) as string,
  });
});

test.each<[comment: string, workflow: string, inputs: Readonly<Record<string, string>>]>([
  ['/treadle start bug', 'bug', {}],
  ['/treadle start release.yml', 'release', {}],
  [
    '/treadle start bug who=me where="the shop"\nwhy="it \\"breaks\\""',
    'bug',
    { who: 'me', where: 'the shop', why: 'it "breaks"' },
  ],
])('%j starts a workflow', (comment, workflow, inputs) => {
  expect(parseSlashCommand(comment)).toEqual({ kind: 'start', workflow, inputs });
});

test('a start that was rendered is read back as it was', () => {
  const name = fc.stringMatching(/^[A-Za-z_][\w-]{0,8}$/).filter((key) => key !== '__proto__');
  // Line breaks of other systems become plain ones in a comment.
  const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\r'));
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (inputs) => {
      expect(parseSlashCommand(renderStart('bug', inputs))).toEqual({
        kind: 'start',
        workflow: 'bug',
        inputs,
      });
    }),
  );
});

test('an unknown command is not repeated at any length', () => {
  const parsed = parseSlashCommand(`/treadle ${'x'.repeat(10_000)} y`);
  expect(parsed?.kind === 'malformed' && parsed.problem.length).toBeLessThan(300);
});

describe('an answer in short form', () => {
  test.each<[rest: string, outputs: Record<string, string>, summary: string]>([
    ['', {}, ''],
    [' all is well', {}, 'all is well'],
    [' pull-request=12', { 'pull-request': '12' }, ''],
    [' a=1 _b=2 it works', { a: '1', _b: '2' }, 'it works'],
    [' a="two words" done', { a: 'two words' }, 'done'],
    [' a="say \\"hi\\" \\\\ there"', { a: 'say "hi" \\ there' }, ''],
    [' a="two\nlines"\nand a summary', { a: 'two\nlines' }, 'and a summary'],
    [' a="x\\\ny"', { a: 'x\ny' }, ''],
    [' a= b=""', { a: '', b: '' }, ''],
    [' a==b', { a: '=b' }, ''],
    [' a=1 a=2', { a: '2' }, ''],
    [' fixed x=1', {}, 'fixed x=1'],
    [' 1=a', {}, '1=a'],
    ["\na='x'\n", { a: "'x'" }, ''],
    [
      ' __proto__=x constructor=y',
      Object.fromEntries([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
      '',
    ],
  ])('`done%s`', (rest, outputs, summary) => {
    const parsed = parseSlashCommand(`/treadle done${rest}`);
    expect(parsed).toEqual({ kind: 'report', outcome: 'success', outputs, summary });
  });

  test.each([
    ['done', 'success'],
    ['failed', 'failure'],
    ['continue', 'continue'],
  ])('%s means %s', (verb, outcome) => {
    expect(parseSlashCommand(`/treadle ${verb} a=1 why`)).toEqual({
      kind: 'report',
      outcome,
      outputs: { a: '1' },
      summary: 'why',
    });
  });
});

test('no comment makes it throw, and a long one costs little', () => {
  const pieces = fc.constantFrom(
    '/treadle',
    ' ',
    '\n',
    '\r',
    'done',
    'goto',
    'a=',
    '"',
    '\\',
    '\u2028',
    '> ',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), (parts) => {
      parseSlashCommand(parts.join(''));
      parseSlashCommand(`/treadle ${parts.join('')}`);
    }),
    { numRuns: 300 },
  );
  const start = performance.now();
  parseSlashCommand(`/treadle${' '.repeat(60_000)}x${' '.repeat(60_000)}\u2028`);
  parseSlashCommand(`/treadle done a="${'\\'.repeat(60_000)}`);
  parseSlashCommand(`/treadle done ${'a=1 '.repeat(15_000)}`);
  expect(performance.now() - start).toBeLessThan(10_000);
});
