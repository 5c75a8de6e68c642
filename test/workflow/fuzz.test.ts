/** Hostile and random files: two seconds each here, longer by `npm run fuzz`. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { compileWithCalls } from '../../src/workflow/compile-with-calls.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { readRoutingTable } from '../../src/workflow/routing-table.ts';
import { readSettings } from '../../src/workflow/settings.ts';

const seconds = Number(process.env['FUZZ_SECONDS'] ?? '2');
const bounded = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 };
const timeout = 60_000 + seconds * 2000;
/** Hostile files are as large as a file may be (1 MiB) only when there is time for it. */
const scale = seconds > 2 ? 1 : 0.05;
/** What one file may take of a processor, in milliseconds. */
const LONGEST_MS = 10_000;
const path = '.github/treadle/workflows/fuzz.yml';

/** Compiles a text in every way there is: nothing is thrown, it takes bounded time, and every place is in the text. */
function compileAll(text: string): void {
  const began = process.cpuUsage();
  const { workflow, diagnostics } = compileWorkflow({ path, text });
  expect(workflow === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  const lines = text.split('\n');
  for (const { start, end, message } of diagnostics) {
    expect(start.column).toBeLessThanOrEqual((lines[start.line - 1]?.length ?? -1) + 1);
    expect(end.line > start.line || end.column >= start.column).toBe(true);
    expect(message).not.toBe('');
  }
  compileWithCalls({ path, text }, () => ({ path, text }));
  readSettings({ path, text });
  readRoutingTable({ path, text }, []);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(LONGEST_MS);
}

const sized = (count: number): number => Math.ceil(count * scale);
const many = (count: number, make: (index: number) => string, joint = '\n'): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(joint);
const lots: typeof many = (count, make, joint) => many(sized(count), make, joint);

const head = 'on: workflow_dispatch\njobs:\n';

/** Files that a parser or a check could choke on, each as large as it is worst. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a bomb of aliases': `${many(30, (index) => `a${index}: &a${index} [${index === 0 ? 'x' : many(9, () => `*a${index - 1}`, ', ')}]`)}\njobs: *a29\n`,
  'an alias within itself': 'on: &a [*a]\njobs: &b { b: *b }\n',
  'deep lists': `on: ${'['.repeat(sized(100_000))}`,
  'deep mappings': `on: ${'{ a: '.repeat(sized(50_000))}`,
  'deep indentation': lots(1_300, (index) => `${' '.repeat(index)}k:`),
  'a huge key': `on: workflow_dispatch\n${'k'.repeat(sized(1_000_000))}: x\n`,
  'a huge key of a job': `${head}  ${'k'.repeat(sized(900_000))}: { runs-on: ceo, promt: x }\n`,
  'many unknown keys': `${head}  a: { ${lots(20_000, (index) => `promt${index}: x`, ', ')} }\n`,
  'many equal keys': `${head}  a:\n${lots(50_000, () => '    prompt: x')}\n`,
  'many needs of nobody': `${head}  a: { runs-on: ceo, prompt: x, needs: [${lots(20_000, (index) => `nobody${index}`, ', ')}] }\n`,
  'unknown needs among many jobs': `${head}${lots(10_000, (index) => `  job-${index}: { runs-on: ceo, prompt: x, needs: jbo-${index}x }`)}\n`,
  'two huge names that nearly agree': `${head}  ${'k'.repeat(sized(400_000))}: { runs-on: ceo, prompt: x }\n  b: { runs-on: ceo, prompt: x, needs: ${'k'.repeat(sized(400_000))}x }\n`,
  'unknown outputs among many': `${head}  a: { runs-on: ceo, prompt: x, outputs: { ${lots(20_000, (index) => `output-${index}: {}`, ', ')} } }\n  b: { runs-on: ceo, needs: a, prompt: "${lots(10_000, (index) => `\${{ needs.a.outputs.none-${index} }}`)}" }\n`,
  'a circle of jobs': `${head}${lots(2_000, (index) => `  j${index}: { runs-on: ceo, prompt: x, needs: j${(index + 1) % sized(2_000)} }`)}\n`,
  'many expressions in one text': `${head}  a: { runs-on: ceo, prompt: "${'${{ bead.number }}'.repeat(sized(20_000))}" }\n`,
  'an expression that never closes': `${head}  a: { runs-on: ceo, prompt: "${'${{ '.repeat(sized(50_000))}" }\n`,
  'a deep expression': `${head}  a: { runs-on: ceo, prompt: x, if: "${'!('.repeat(sized(9_000))}x" }\n`,
  'a row of braces for format': `${head}  a: { runs-on: ceo, prompt: "\${{ format('${'{0'.repeat(sized(9_000))}', 1) }}" }\n`,
  'a matrix of millions': `${head}  a: { runs-on: ceo, prompt: x, strategy: { matrix: { ${many(40, (index) => `v${index}: [1, 2, 3, 4]`, ', ')} } } }\n`,
  'includes by the thousand': `${head}  a: { runs-on: ceo, prompt: x, strategy: { matrix: { v: [${many(250, String, ', ')}], include: [${lots(2_000, (index) => `{ v: ${index}, w${index}: x }`, ', ')}] } } }\n`,
  'tags and anchors': `!!map { on: !!binary aGk=, jobs: !foo &x { a: !!set { b }, c: *x } }\n`,
  'many documents': '---\non: x\n'.repeat(sized(50_000)),
  directives: '%YAML 9.9\n%TAG ! tag:x,2000:\n---\non: x\n',
  'odd characters': `\ufeffon: "\\u0000\\ud800\\uffff"\njobs: { "\u202e\u200b\u2028": { prompt: "\u{1F469}\u200d\u{1F4BB}" }, "\u0130": x, "\u00df": y, "SS": z }\n`,
  'half characters': 'on: \ud800\njobs: { \udc00: { runs-on: \ud83d } }\n',
  'names of prototypes': `on: { __proto__: x, constructor: y }\njobs: { __proto__: { runs-on: ceo }, toString: { needs: hasOwnProperty, env: { __proto__: x } } }\nenv: { constructor: "\${{ env.__proto__ }}" }\n`,
  'line ends of all kinds': 'on: x\r\njobs:\r  a: y\u0085  b: z\u2028\n',
  tabs: 'on:\t\n\tjobs:\n\t\ta:\tb\n',
  'block scalars without end': `on: |9\n${'         x\n'.repeat(sized(50_000))}`,
  'quotes that never close': `on: "${'\\'.repeat(sized(200_001))}`,
  'comments only': '# x\n'.repeat(sized(200_000)),
  'merge keys by the thousand': `on: &m { a: b }\njobs: { ${lots(5_000, () => '<<: *m', ', ')} }\n`,
};

describe('a hostile file compiles or is explained in bounded time', () => {
  test.each(Object.keys(HOSTILE))('%s', { timeout: 60_000 }, (name) => {
    compileAll(HOSTILE[name] ?? '');
  });
});

const scalar = fc.oneof(
  fc.constantFrom(
    ...[
      'x',
      'ceo',
      'treadle',
      'a',
      'b',
      'null',
      '~',
      'true',
      '1e3',
      '0x10',
      '[]',
      '{}',
      '*anchor',
      '&anchor x',
      '!!str 1',
    ],
    ...[
      "'it''s'",
      '"\\u2028"',
      '|\n        text',
      '>-\n        folded',
      '${{ needs.a.outputs.b }}',
      '"${{ matrix.x }}"',
    ],
    ...[
      "${{ format('{0}', inputs.x) == 'y' }}",
      '${{ fromJSON(',
      '"${{ \'"',
      './.github/treadle/workflows/fuzz.yml',
    ],
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
  fc.double().map(String),
);
const jobKeys = [
  ...[
    'type',
    'name',
    'needs',
    'if',
    'runs-on',
    'prompt',
    'outputs',
    'env',
    'timeout-minutes',
    'continue-on-error',
  ],
  ...[
    'strategy',
    'uses',
    'with',
    'concurrency',
    'max-attempts',
    'retry-delay',
    'wait',
    'pull-request',
    'steps',
  ],
  ...['defaults', 'on-failure', 'on-rejected', 'secrets', 'container', 'prmpt', '<<'],
];
const entry = fc.tuple(fc.constantFrom(...jobKeys), scalar).map(([key, value]) => `    ${key}: ${value}`);
const job = fc
  .tuple(
    fc.constantFrom('a', 'b', 'A', '__c', '1d', '"${{ x }}"', 'anchor: &anchor'),
    fc.array(entry, { maxLength: 6 }),
  )
  .map(([id, entries]) => `  ${id}:\n${entries.join('\n')}`);
const onTop = fc
  .tuple(
    fc.constantFrom('on', 'name', 'env', 'concurrency', 'max-cycles', 'defaults', 'run-name', 'description'),
    scalar,
  )
  .map(([key, value]) => `${key}: ${value}`);
const file = fc
  .tuple(fc.array(onTop, { maxLength: 4 }), fc.array(job, { maxLength: 5 }))
  .map(([top, jobs]) => `${top.join('\n')}\njobs:\n${jobs.join('\n')}\n`);
/** A file with a few characters changed. */
const torn = fc
  .tuple(file, fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 3, unit: 'binary' })), { maxLength: 4 }))
  .map(([text, cuts]) =>
    cuts.reduce((all, [at, put]) => {
      const place = at % (all.length + 1);
      return all.slice(0, place) + put + all.slice(place + 1);
    }, text),
  );

describe('random files', () => {
  it('compile or are explained', { timeout }, () => {
    fc.assert(fc.property(fc.oneof(file, torn), compileAll), bounded);
  });
});
