import { describe, expect, test } from 'vitest';

import type { CompileOptions } from '../../src/workflow/compile.ts';
import { compileWithCalls, type CompiledWithCalls } from '../../src/workflow/compile-with-calls.ts';

const folder = '.github/treadle/workflows';
const job = 'jobs: { a: { runs-on: ceo, prompt: x } }\n';

/** A file's jobs that call others, one after the other. */
function calling(...names: readonly string[]): string {
  return `jobs:\n${names.map((name, index) => `  c${index}: { uses: ./${folder}/${name}.yml }\n`).join('')}`;
}

/** Compiles `main.yml` with the others beside it; a name with a slash is a path of its own. */
function compile(
  main: string,
  others: Readonly<Record<string, string>> = {},
  options: CompileOptions = {},
): CompiledWithCalls {
  const texts = Object.entries({ main, ...others }).map(
    ([name, text]) => [name.includes('/') ? name : `${folder}/${name}.yml`, text] as const,
  );
  const files = new Map(texts.map(([path, text]) => [path, { path, text }]));
  return compileWithCalls({ path: `${folder}/main.yml`, text: main }, (path) => files.get(path), options);
}

/** `line:col code message` of every diagnostic. */
function findings(main: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return compile(main, others).diagnostics.map(
    ({ start, code, message }) => `${start.line}:${start.column} ${code} ${message}`,
  );
}

const dispatch = 'on: workflow_dispatch\n';
const callable = 'on: workflow_call\n';

describe('files', () => {
  test('a workflow that calls nothing is alone', () => {
    const { workflow, files } = compile(dispatch + job, { other: callable + job });
    expect(workflow?.key).toBe('main');
    expect(files.map(({ path }) => path)).toEqual([`${folder}/main.yml`]);
  });

  test('a workflow with errors is alone, with its errors', () => {
    const { workflow, files, diagnostics } = compile(`${dispatch}${calling('b')}  a: { prompt: x }\n`, {
      b: callable + job,
    });
    expect(workflow).toBeNull();
    expect(diagnostics.map(({ code }) => code)).not.toContain('bad-call');
    expect(files.map(({ path }) => path)).toEqual([`${folder}/main.yml`]);
  });

  test('all that is called at any depth, each once and by path', () => {
    const { workflow, diagnostics, files } = compile(
      `${dispatch}${calling('z', 'b')}  last: { uses: treadle/given }\n`,
      {
        z: callable + calling('shared'),
        b: callable + calling('shared', 'shared'),
        shared: callable + job,
        unused: callable + job,
        'workflows/given.yml': callable + job,
      },
    );
    expect(diagnostics).toEqual([]);
    expect(workflow).not.toBeNull();
    expect(files.map(({ path }) => path)).toEqual([
      ...['b', 'main', 'shared', 'z'].map((name) => `${folder}/${name}.yml`),
      'workflows/given.yml',
    ]);
  });
});

describe('calls that cannot be', () => {
  test.each<[string, string, Readonly<Record<string, string>>, string]>([
    ['a missing file', calling('b'), {}, `There is no workflow ./${folder}/b.yml`],
    [
      'a missing built-in workflow',
      'jobs:\n  c: { uses: treadle/none }\n',
      {},
      'There is no workflow treadle/none',
    ],
    [
      'a file missing further down',
      calling('b'),
      { b: callable + calling('c') },
      `${folder}/b.yml has an error at 3:15: There is no workflow ./${folder}/c.yml`,
    ],
    [
      'a file that cannot be called',
      calling('b'),
      { b: dispatch + job },
      `${folder}/b.yml has no \`workflow_call\` under \`on\``,
    ],
    [
      'a file with an error',
      calling('b'),
      { b: `${callable}jobs: {}\n` },
      `${folder}/b.yml has an error at 2:1: The workflow must contain at least one job with no dependencies`,
    ],
    [
      'a file further down that cannot be called',
      calling('b'),
      { b: callable + calling('c'), c: dispatch + job },
      `${folder}/b.yml has an error at 3:15: ${folder}/c.yml has no \`workflow_call\` under \`on\``,
    ],
    [
      'a file further down with errors',
      calling('b'),
      { b: callable + calling('c'), c: `${callable}jobs: { a: { prompt: x }, b: { prompt: x } }\n` },
      `${folder}/c.yml has 2 errors, the first at 2:9: The job 'a' has no \`runs-on\`: it names the role that does the job`,
    ],
    [
      'a file further down that lacks an input, or is given one that it has not',
      calling('b'),
      {
        b: `${callable}jobs:\n  c: { uses: ./${folder}/c.yml, with: { whom: x } }\n`,
        c: `on: { workflow_call: { inputs: { who: { type: string, required: true } } } }\n${job}`,
      },
      `${folder}/b.yml has 2 errors, the first at 3:63: ./${folder}/c.yml has no input 'whom' (it has: who)`,
    ],
    [
      'a file that calls itself',
      calling('main'),
      {},
      `${folder}/main.yml calls ${folder}/main.yml: that would never end`,
    ],
    [
      'a loop further down',
      calling('b'),
      { b: callable + calling('c'), c: callable + calling('b') },
      `${folder}/main.yml calls ${folder}/b.yml calls ${folder}/c.yml calls ${folder}/b.yml: that would never end`,
    ],
  ])('%s', (_name, main, others, message) => {
    const { workflow } = compile(dispatch + main, others);
    expect(workflow).toBeNull();
    const [found = '', ...more] = findings(dispatch + main, others);
    expect(more).toEqual([]);
    expect(found).toMatch(/^3:\d+ bad-call /);
    expect(found.replace(/^\S+ \S+ /, '')).toBe(message);
  });

  test('a file with errors is told at each of its calls', () => {
    const others = { b: `${callable}jobs: {}\n` };
    expect(findings(dispatch + calling('b', 'b'), others).map((one) => one.slice(0, 2))).toEqual([
      '3:',
      '4:',
    ]);
  });

  test.each([
    [9, []],
    [10, ['Workflows call each other over more than 10 levels']],
  ])('%d levels below the first', (depth, messages) => {
    const others = Array.from({ length: depth }, (_, index): [string, string] => [
      `l${index}`,
      callable + (index + 1 < depth ? calling(`l${index + 1}`) : job),
    ]);
    const { diagnostics } = compile(dispatch + calling('l0'), Object.fromEntries(others));
    expect(diagnostics.map(({ message }) => message)).toEqual(messages);
  });

  test.each([
    [50, []],
    [51, ['The workflow calls more than 50 files']],
  ])('%d files', (count, messages) => {
    const names = Array.from({ length: count }, (_, index) => `f${index}`);
    const others = Object.fromEntries(names.map((name) => [name, callable + job]));
    const { diagnostics } = compile(dispatch + calling(...names), others);
    expect(diagnostics.map(({ message }) => message)).toEqual(messages);
  });
});

describe('inputs of a call', () => {
  const uses = `./${folder}/b.yml`;
  const called = `on:
  workflow_call:
    inputs:
      what: { type: string, required: true }
      Count: { type: number }
      deep: { type: boolean, required: true, default: false }
${job}`;

  test.each<[string, readonly string[]]>([
    ['what: x', []],
    ['WHAT: x, count: 7, deep: true', []],
    ["what: '', count: '', deep: ''", []],
    ["what: 7, count: ' ', deep: false", []],
    ["what: x, count: '${{ github.run_number }}', deep: '${{ 1 == 1 }}'", []],
    ['count: 1', [`3:8 bad-call ${uses} needs the input 'what'`]],
    ['what: x, count: many', [`4:30 bad-call The input 'count' of ${uses} is a number, not 'many'`]],
    ['what: x, deep: yes', [`4:30 bad-call The input 'deep' of ${uses} is a boolean, not 'yes'`]],
    ['what: x, whom: y', [`4:30 bad-call ${uses} has no input 'whom' (it has: what, Count, deep)`]],
  ])('{ %s }', (given, expected) => {
    const main = `${dispatch}jobs:\n  c: { uses: ${uses},\n       with: { ${given} } }\n`;
    const placeless = (one: string): string => one.replace(/^(\d+):\d+/, '$1');
    expect(findings(main, { b: called }).map(placeless)).toEqual(expected.map(placeless));
  });

  test('none are declared', () => {
    const main = `${dispatch}jobs:\n  c: { uses: ${uses}, with: { what: x } }\n`;
    expect(compile(main, { b: callable + job }).diagnostics.map(({ message }) => message)).toEqual([
      `${uses} has no input 'what' (it has: none)`,
    ]);
  });
});

describe('outputs of a call', () => {
  const uses = `./${folder}/b.yml`;
  const called = `on:
  workflow_call:
    outputs:
      way: { value: '\${{ jobs.a.result }}' }
${job}`;
  const reading = (output: string): string => `${dispatch}jobs:
  c: { uses: ${uses} }
  d: { needs: c, runs-on: ceo, prompt: '\${{ needs.c.outputs.${output} }}' }
`;

  test.each<[string, string, readonly string[]]>([
    ['way', called, []],
    ['WAY', called, []],
    [
      'wya',
      called,
      [`4:45 reference-unknown-output ${uses}, which 'c' calls, has no output 'wya'. Did you mean 'way'?`],
    ],
    [
      'way',
      callable + job,
      [`4:45 reference-unknown-output ${uses}, which 'c' calls, has no output 'way'. It has no outputs.`],
    ],
    ['way', dispatch + job, [`3:14 bad-call ${folder}/b.yml has no \`workflow_call\` under \`on\``]],
  ])('%s of %j', (output, text, expected) => {
    expect(findings(reading(output), { b: text })).toEqual(expected);
  });

  test.each(['on: [', '- a list'])('are not known of %j, which is told at the call', (text) => {
    expect(findings(reading('way'), { b: text })).toEqual([
      expect.stringMatching(/^3:14 bad-call \S+\/b\.yml has an error at 1:\d: \S/),
    ]);
  });

  test('that a called workflow reads of a third are checked, too', () => {
    const others = {
      b: reading('wya').replace(dispatch, callable).replace(uses, `./${folder}/e.yml`),
      e: called,
    };
    expect(findings(dispatch + calling('b'), others)).toEqual([
      `3:15 bad-call ${folder}/b.yml has an error at 4:45: ./${folder}/e.yml, which 'c' calls, has no output 'wya'. Did you mean 'way'?`,
    ]);
  });
});

test('calls are checked in a file that has other errors, too, and all is told in the order of the file', () => {
  const main = `${dispatch}${calling('b')}  a: { prompt: x }\n  z: { uses: acme/x/y.yml@v1 }\n`;
  expect(findings(main).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
    '3:15 bad-call',
    '4:3 runs-on-missing',
    '5:14 bad-call',
  ]);
});

test('calls that meet again and again are walked once', () => {
  const names = Array.from({ length: 9 }, (_, index) => `l${index}`);
  const wide = (next: string): string =>
    `jobs:\n${Array.from({ length: 40 }, (_, index) => `  c${index}: { uses: ./${folder}/${next}.yml }\n`).join('')}`;
  const others = Object.fromEntries(
    names.map((name, index) => [name, callable + (index === 8 ? job : wide(`l${index + 1}`))]),
  );
  expect(compile(dispatch + wide('l0'), others).diagnostics).toEqual([]);
});

describe('who is asked in what is called', () => {
  const asks = `on: { workflow_call: { inputs: { who: { type: string }, what: { type: string } } } }
jobs: { a: { runs-on: '\${{ inputs.who }}', prompt: '\${{ inputs.what }}' } }\n`;
  /** A workflow that calls `b` with something. */
  const giving = (given: string): string => `${dispatch}jobs:
  ask: { runs-on: ceo, prompt: x, outputs: { free: {}, role: { enum: [ceo, qa-engineer] } } }
  go: { needs: ask, uses: ./${folder}/b.yml, with: { ${given} } }\n`;
  const refused = [
    "4:75 runs-on-unchecked The input 'WHO' of ./.github/treadle/workflows/b.yml says who is asked, and what is given here is what another job reported. Give a role, or an output with an `enum` of roles",
  ];

  test.each([
    ['who: ceo', []],
    ["who: '${{ needs.ask.outputs.role }}'", []],
    ["who: '${{ vars.ROLE }}'", []],
    ["what: '${{ needs.ask.outputs.free }}'", []],
    ["WHO: '${{ needs.ask.outputs.free }}'", refused],
  ])('may be said by %s: %j', (given, expected) => {
    expect(findings(giving(given), { b: asks })).toEqual(expected);
  });

  test('is not said by what agents wrote and others pass on', () => {
    const passes = `on: { workflow_call: { inputs: { who: { type: string } } } }
jobs:
  plain: { uses: ./${folder}/c.yml, with: { who: ceo, what: '\${{ inputs.who }}' } }
  named: { type: decision, outputs: { role: '\${{ inputs.who }}' } }
  go: { needs: named, uses: ./${folder}/c.yml, with: { who: '\${{ needs.named.outputs.role }}' } }\n`;
    expect(findings(giving("WHO: '${{ needs.ask.outputs.free }}'"), { b: passes, c: asks })).toEqual(refused);
    const harmless = passes.replace(/ {2}go:.*\n/, '');
    expect(findings(giving("WHO: '${{ needs.ask.outputs.free }}'"), { b: harmless, c: asks })).toEqual([]);
  });

  test('is not started with it either', () => {
    expect(compile(giving("who: '${{ bead.title }}'"), { b: asks }).workflow).toBeNull();
  });

  test('is checked further down, too; what is pinned goes on', () => {
    const b = giving("who: '${{ bead.title }}'").replace(dispatch, callable);
    const main = dispatch + calling('b');
    const others = { b: b.replace('b.yml', 'c.yml'), c: asks };
    expect(findings(main, others)).toEqual([
      expect.stringMatching(
        /^3:15 bad-call \S+\/b\.yml has an error at 4:\d+: The input 'who' of \S+\/c\.yml says who is asked/,
      ),
    ]);
    expect(compile(main, others).workflow).toBeNull();
    expect(compile(main, others, { isPinned: true }).workflow).not.toBeNull();
  });
});

describe('what a call hands back', () => {
  const handsBack = `on:
  workflow_call:
    inputs: { given: { type: string } }
    outputs:
      free: { value: '\${{ jobs.a.outputs.free }}' }
      role: { value: '\${{ jobs.a.outputs.role }}' }
      given: { value: '\${{ inputs.given }}' }
      deep: { value: '\${{ jobs.deep.outputs.role }}' }
jobs:
  a: { runs-on: ceo, prompt: x, outputs: { free: {}, role: { enum: [ceo, qa-engineer] } } }
  deep: { uses: ./${folder}/c.yml }\n`;
  const others = {
    b: handsBack,
    c: handsBack.replaceAll(/ {2}deep:.*\n| {6}deep:.*\n/g, ''),
  };
  const using = (given: string, name: string): string => `${dispatch}jobs:
  call: { uses: ./${folder}/b.yml, with: { given: ${given} } }
  next: { needs: call, runs-on: '\${{ needs.call.outputs.${name} }}', prompt: x }
  run: { needs: call, runs-on: treadle, steps: [{ run: 'echo \${{ needs.call.outputs.${name} }}' }] }\n`;

  test.each([
    ['role', 'ceo', []],
    ['deep', 'ceo', []],
    ['given', 'ceo', []],
    ['free', 'ceo', ['runs-on-unchecked', 'untrusted-in-run']],
    ['given', "'${{ bead.title }}'", ['runs-on-unchecked', 'untrusted-in-run']],
  ])('is trusted as what it is made of: %s, given %s', (name, given, codes) => {
    expect(compile(using(given, name), others).diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test('is not trusted where files call each other in a circle', () => {
    const looping = handsBack.replace('c.yml', 'b.yml').replace('deep.outputs.role', 'deep.outputs.deep');
    const { diagnostics } = compile(using('ceo', 'deep'), { b: looping });
    expect(diagnostics.map(({ code }) => code)).toContain('untrusted-in-run');
  });
});
