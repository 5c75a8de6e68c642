import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { formatDiagnostics } from '../../src/workflow/format-diagnostics.ts';
import type { Job, Workflow } from '../../src/workflow/model.ts';
import { BUILT_IN_ROLES } from '../../src/workflow/roles.ts';
import { workflowSchema } from '../../src/workflow/workflow-schema.ts';

const path = '.github/treadle/workflows/example.yml';

function compile(text: string, roles?: readonly string[] | 'any'): Workflow {
  const { workflow, diagnostics } = compileWorkflow({ path, text }, roles === undefined ? {} : { roles });
  if (workflow === null) throw new Error(formatDiagnostics(diagnostics, () => text, { color: false }));
  return workflow;
}

function jobOf(text: string, id = 'a'): Job {
  const job = compile(`on: workflow_dispatch\njobs:\n${text}`).jobs.get(id);
  if (job === undefined) throw new Error(`no job ${id}`);
  return job;
}

describe('the model', () => {
  it('has the defaults of a task', () => {
    expect(jobOf('  a: { runs-on: ceo, prompt: x }')).toEqual({
      id: 'a',
      type: 'task',
      name: null,
      needs: [],
      if: null,
      timeoutMinutes: null,
      continueOnError: false,
      env: {},
      concurrency: null,
      strategy: null,
      position: { line: 3, column: 3 },
      runsOn: { source: 'ceo', parts: ['ceo'] },
      prompt: { source: 'x', parts: ['x'] },
      maxAttempts: 3,
      retryDelayMs: 0,
      maxTurns: 20,
      declaredOutputs: [],
      onFailure: { kind: 'escalate' },
      onTimeout: { kind: 'escalate' },
    });
  });

  it('has the defaults of an approval', () => {
    expect(jobOf('  a: { type: approval, runs-on: ceo }')).toMatchObject({
      type: 'approval',
      prompt: null,
      pullRequest: null,
      onRejected: { kind: 'fail' },
      onTimeout: { kind: 'escalate' },
    });
  });

  it('has the defaults of a workflow', () => {
    const workflow = compile('on: issues\njobs: { a: { runs-on: ceo, prompt: x } }');
    expect(workflow).toMatchObject({
      path,
      key: 'example',
      name: path,
      runName: null,
      concurrency: null,
      maxCycles: 3,
    });
    expect(workflow.on).toMatchObject({
      workflowDispatch: null,
      workflowCall: null,
      issues: { labels: [], if: null },
    });
    expect(workflow.on.issues?.types).toEqual(expect.arrayContaining(['opened', 'labeled', 'untyped']));
  });

  it.each([
    ['seconds', '30s', 30_000],
    ['minutes', '2m', 120_000],
    ['hours', '1h', 3_600_000],
    ['a day', '1d', 86_400_000],
    ['none', '0', 0],
  ])('reads a retry delay in %s', (_, text, retryDelayMs) => {
    expect(jobOf(`  a: { runs-on: ceo, prompt: x, retry-delay: ${text} }`)).toMatchObject({ retryDelayMs });
  });

  it('keeps what is written', () => {
    const workflow = compile(readFileSync(new URL('golden/valid.yml', import.meta.url), 'utf8'));
    expect(workflow.name).toBe('Everything that is allowed');
    expect(workflow.runName?.source).toContain('${{ run.id }}');
    expect(workflow.concurrency).toMatchObject({ cancelInProgress: false, queue: 'single' });
    expect(workflow.on).toMatchObject({
      issues: {
        types: ['opened'],
        labels: ['bug'],
        if: { expression: { source: "!contains(github.event.issue.title, 'wip')" } },
      },
      workflowDispatch: {
        inputs: [
          {
            name: 'level',
            type: 'choice',
            options: ['low', 'high'],
            default: 'low',
            required: false,
            description: '',
          },
        ],
      },
      workflowCall: { inputs: [{ name: 'depth', type: 'number', default: 1 }] },
    });
    expect(Object.keys(workflow.on.workflowCall?.outputs ?? {})).toEqual(['cause']);
    expect(
      Object.fromEntries(Object.entries(workflow.env).map(([name, value]) => [name, value.source])),
    ).toEqual({
      A: '1',
      B: 'true',
      C: 'text ${{ vars.C }}',
    });
    expect(workflow.jobs.get('look')).toMatchObject({
      timeoutMinutes: 30,
      maxAttempts: 1,
      retryDelayMs: 90_000,
      maxTurns: 3,
      continueOnError: { source: "vars.LENIENT == 'yes'" },
      declaredOutputs: [
        { name: 'cause', description: 'why', required: true, enum: [] },
        { name: 'role', description: '', required: false, enum: ['backend-engineer', 'web-designer'] },
        { name: 'note', description: '', required: false, enum: [] },
      ],
    });
    expect(workflow.jobs.get('branch')).toMatchObject({ type: 'decision', needs: ['look'] });
    expect(workflow.jobs.get('left')).toMatchObject({
      if: {
        source: "needs.branch.outputs.deep == 'true'",
        expression: { source: "success() && (needs.branch.outputs.deep == 'true')" },
      },
    });
    expect(workflow.jobs.get('join')).toMatchObject({ type: 'merge', wait: 'any' });
    expect(workflow.jobs.get('gate')).toMatchObject({
      onRejected: { kind: 'job', job: 'look' },
      onTimeout: { kind: 'fail' },
      if: { expression: { source: '!failure() && !cancelled()' } },
    });
    expect(workflow.jobs.get('commit')).toMatchObject({
      type: 'commit',
      onFailure: { kind: 'job', job: 'look' },
    });
    expect([...workflow.jobs.keys()]).toEqual([
      'look',
      'branch',
      'left',
      'right',
      'join',
      'gate',
      'commit',
      'verify',
    ]);
  });

  it('takes what an alias stands for', () => {
    const text =
      '  a: &a { runs-on: ceo, prompt: x, env: &e { A: 1 } }\n  b: { <<: 1, runs-on: ceo, prompt: x, env: *e }';
    expect(jobOf(text.replace('<<: 1, ', ''), 'b').env['A']?.source).toBe('1');
    expect(jobOf('  a: &a { runs-on: ceo, prompt: x }\n  b: *a', 'b')).toMatchObject({
      id: 'b',
      type: 'task',
    });
  });
});

describe('the graph', () => {
  const { graph } = compile(readFileSync(new URL('golden/valid.yml', import.meta.url), 'utf8'));

  it('resolves ids in any case', () => {
    expect(graph.resolve('LOOK')).toBe('look');
    expect(graph.resolve('nowhere')).toBeUndefined();
  });

  it('answers dependents in file order', () => {
    expect(graph.dependents('look')).toEqual(['branch', 'left', 'right', 'commit']);
    expect(graph.dependents('nowhere')).toEqual([]);
  });

  it('answers ancestors and descendants as sets', () => {
    const ancestors = graph.ancestors('gate');
    expect([...ancestors]).toEqual(['look', 'branch', 'left', 'right', 'join']);
    expect(ancestors.size).toBe(5);
    expect([ancestors.has('left'), ancestors.has('gate'), ancestors.has('nowhere')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([...ancestors.keys()]).toEqual([...ancestors.values()]);
    expect([...ancestors.entries()][0]).toEqual(['look', 'look']);
    const visited: string[] = [];
    ancestors.forEach((value, key, set) => visited.push(`${value} ${key} ${set.size}`));
    expect(visited[1]).toBe('branch branch 5');
    expect([...graph.descendants('join')]).toEqual(['gate', 'commit', 'verify']);
    expect(graph.ancestors('look').size).toBe(0);
    expect(graph.ancestors('nowhere').size).toBe(0);
  });

  it('agrees with a plain walk', () => {
    const edges = fc.array(fc.array(fc.nat(40), { maxLength: 4 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(edges, (lists) => {
        const needs = lists.map((list, index) => [...new Set(list.filter((need) => need < index))]);
        const jobs = needs.map(
          (list, index) =>
            `  j${index}: { runs-on: ceo, prompt: x, needs: [${list.map((need) => `j${need}`).join()}] }`,
        );
        const compiled = compile(`on: workflow_dispatch\njobs:\n${jobs.join('\n')}`);
        const walked = needs.map(() => new Set<string>());
        needs.forEach((list, index) => {
          for (const need of list)
            for (const id of [`j${need}`, ...(walked[need] ?? [])]) walked[index]?.add(id);
        });
        for (const [index, expected] of walked.entries()) {
          expect(new Set(compiled.graph.ancestors(`j${index}`))).toEqual(expected);
          for (const id of expected) expect(compiled.graph.descendants(id).has(`j${index}`)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('roles', () => {
  const text = 'on: workflow_dispatch\njobs: { a: { runs-on: gardener, prompt: x } }';

  it('are the built-in ones', () => {
    expect(BUILT_IN_ROLES).toHaveLength(10);
    expect(compileWorkflow({ path, text }).diagnostics).toMatchObject([{ code: 'unknown-role' }]);
  });

  it('can be declared', () => {
    expect(compile(text, ['gardener']).jobs.size).toBe(1);
  });

  it('can be left unchecked', () => {
    expect(compile(text, 'any').jobs.size).toBe(1);
  });
});

describe('what Treadle brings along', () => {
  it('the bug workflow has nothing to complain about', () => {
    const text = readFileSync(new URL('../../workflows/bug.yml', import.meta.url), 'utf8');
    const { diagnostics, workflow } = compileWorkflow({ path: 'workflows/bug.yml', text });
    expect(diagnostics).toEqual([]);
    expect(
      [...(workflow?.jobs.values() ?? [])].map((job) => `${job.id} ${job.type} ${job.needs.join()}`),
    ).toEqual([
      'triage task ',
      'investigate task triage',
      'approve approval investigate',
      'fix task triage,investigate,approve',
      'commit commit fix',
      'verify verify triage,commit',
    ]);
  });

  it('the schema for editors is the one that validates', () => {
    const file = new URL('../../workflows/workflow.schema.json', import.meta.url);
    const written = `${JSON.stringify(workflowSchema, null, 2)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, written);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(workflowSchema);
  });
});

describe('printing', () => {
  const text = 'on: push\njobs: { a: { runs-on: nobody, prompt: x } }\n';
  const { diagnostics } = compileWorkflow({ path, text });

  it('colours by severity', () => {
    const printed = formatDiagnostics(diagnostics, () => text, { color: true });
    expect(printed).toContain('\u001b[33mwarning: The event');
    expect(printed).toContain("\u001b[31mUnknown role 'nobody'");
  });

  it('does without the source', () => {
    expect(formatDiagnostics(diagnostics, () => undefined, { color: false }).split('\n')).toHaveLength(3);
    expect(formatDiagnostics([], () => text, { color: false })).toBe('');
  });

  it('lets no control character of the source reach the terminal', () => {
    const evil = 'on: push\njobs: { "a\\u001b[2J": { runs-on: "x\\e]0;", prompt: "\u009b1m${{ foo }}" } }';
    const found = compileWorkflow({ path: 'a\u001b.yml', text: evil }).diagnostics;
    const printed = formatDiagnostics(found, () => evil, { color: false }).replaceAll('\n', '');
    expect(printed).not.toMatch(/\p{Cc}/u);
  });

  it('underlines the first line of what spans several, and reads CRLF', () => {
    const crlf =
      'on: workflow_dispatch\r\njobs:\r\n  a: { runs-on: ceo, prompt: x,\r\n    if: "${{ a\r\n      }} b" }\r\n';
    const printed = formatDiagnostics(
      compileWorkflow({ path: 'a.yml', text: crlf }).diagnostics,
      () => crlf,
      { color: false },
    );
    expect(printed).toContain('4 |     if: "${{ a\n');
    expect(printed).not.toContain('\r');
  });
});

describe('size', () => {
  it('refuses a file of more than 1 MiB', () => {
    const found = compileWorkflow({ path, text: `# ${'x'.repeat(1024 * 1024)}\n` }).diagnostics;
    expect(found).toMatchObject([{ code: 'file-too-large', start: { line: 1, column: 1 } }]);
  });

  it('takes a chain of 10,000 jobs', { timeout: 120_000 }, () => {
    const jobs = Array.from({ length: 10_000 }, (_, index) => {
      const needs = index === 0 ? '' : `needs: j${index - 1}, `;
      return `  j${index}: {${needs}runs-on: ceo, prompt: x}\n`;
    });
    const { graph } = compile(`on: workflow_dispatch\njobs:\n${jobs.join('')}`);
    expect(graph.ancestors('j9999').size).toBe(9999);
    expect(graph.descendants('j0').has('j9999')).toBe(true);
  });

  it('names a circle of 10,000 jobs', { timeout: 120_000 }, () => {
    const jobs = Array.from(
      { length: 10_000 },
      (_, index) => `  j${index}: {needs: j${(index + 1) % 10_000}, runs-on: ceo, prompt: x}\n`,
    );
    const found = compileWorkflow({
      path,
      text: `on: workflow_dispatch\njobs:\n${jobs.join('')}`,
    }).diagnostics;
    expect(found.map((diagnostic) => diagnostic.code)).toEqual(['no-start', 'need-cycle']);
    expect(found[1]?.message).toMatch(/j0 needs j1 needs .* needs … needs j0$/);
  });

  it.each([
    ['brackets', '['],
    ['sequences', '- '],
    ['explicit keys', '? '],
    ['braces', '{a: '],
  ])('stops at depth: %s', (_, piece) => {
    expect(compileWorkflow({ path, text: piece.repeat(100_000) }).diagnostics).toMatchObject([
      { code: 'too-deep' },
    ]);
  });
});

describe('any text', () => {
  const line = fc.constantFrom(
    ...[
      'on: push',
      'on:',
      'jobs:',
      '  a:',
      '  b: *x',
      '    needs: [a, b]',
      '    if: ${{ needs.a }}',
      '    prompt: |',
      '      text ${{',
    ],
    ...[
      '    outputs: { x: ${{ y }} }',
      '- a',
      '? k',
      ': v',
      '&x',
      '    type: decision',
      '    runs-on: "${{ needs.a.outputs.x }}"',
      '\t',
      '---',
    ],
    ...[
      '    on-failure: a',
      '    <<: *x',
      '    needs: *x',
      '    concurrency: { group: }',
      '    timeout-minutes: ${{ 1 }}',
      '}',
      '"',
      "'",
    ],
  );
  const source = fc.oneof(
    fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n')),
    fc.string(),
    fc.json().map((json) => `{"on": "issues", "jobs": ${json}}`),
    fc
      .jsonValue({ maxDepth: 5 })
      .map((json) =>
        JSON.stringify({ on: json, jobs: { a: json, b: { needs: json, outputs: json, if: json } } }),
      ),
  );

  it('compiles or is explained, with places inside of the text', () => {
    fc.assert(
      fc.property(source, (text) => {
        const { workflow, diagnostics } = compileWorkflow({ path, text });
        expect(workflow === null).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
        const lines = text.split('\n');
        for (const { start, end } of diagnostics) {
          expect(start.column).toBeLessThanOrEqual((lines[start.line - 1]?.length ?? -1) + 1);
          expect(end.line > start.line || end.column >= start.column).toBe(true);
        }
        formatDiagnostics(diagnostics, () => text, { color: true });
      }),
      { numRuns: 1500 },
    );
  });
});
