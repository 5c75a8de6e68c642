import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { readSettings } from '../../src/workflow/settings.ts';
import { lintWorkflow } from './workflow-lint.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const inFolder = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`);

const WORKFLOWS = ['.github/workflows', 'templates/.github/workflows', 'templates/agents'].flatMap(inFolder);
const ACTIONS = ['action.yml', 'report/action.yml'].filter((path) => existsSync(join(ROOT, path)));

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly 'run-name'?: string;
  readonly jobs: Readonly<
    Record<string, { readonly permissions: Record<string, string>; readonly if?: string }>
  >;
}

const workflow = (path: string): Workflow => parse(read(path)) as Workflow;

describe('every workflow of ours', () => {
  test.each([...WORKFLOWS, ...ACTIONS])(
    '%s is pinned, permits little, and runs nothing untrusted',
    (path) => {
      expect(lintWorkflow(path, read(path))).toEqual([]);
    },
  );

  test.each<[problem: string, text: string]>([
    ['not pinned', 'permissions: {}\njobs: {}\nx:\n  uses: actions/checkout@v6\n'],
    ['not pinned', `permissions: {}\njobs: {}\nx:\n  uses: a/b@${'0'.repeat(40)}\n`],
    ['permissions: {} stands at the top', 'on: push\njobs: {}\n'],
    ['permissions: {} stands at the top', 'on: push\npermissions: write-all\njobs: {}\n'],
    [
      'names its permissions',
      'permissions: {}\njobs: { a: { timeout-minutes: 1, permissions: write-all } }\n',
    ],
    ['timeout-minutes', 'permissions: {}\njobs: { a: { permissions: {} } }\n'],
    ['pull_request_target', 'on: pull_request_target\npermissions: {}\njobs: {}\n'],
    ['pull_request_target', 'on: { pull_request_target: }\npermissions: {}\njobs: {}\n'],
    ['within a script', 'runs: { using: composite, steps: [{ run: "echo ${{ inputs.a }}" }] }\n'],
    [
      "an event's text",
      'runs: { using: composite, steps: [{ with: { a: "${{ github.event.issue.title }}" } }] }\n',
    ],
    ['leaves credentials', `runs:\n  steps:\n    - uses: actions/checkout@${'0'.repeat(40)} # v6.0.2\n`],
  ])('one would be found that is: %s', (problem, text) => {
    expect(lintWorkflow('x.yml', text).join('\n')).toContain(problem);
  });
});

describe('what init writes', () => {
  test('permits what it needs and no more', () => {
    const granted = WORKFLOWS.flatMap((path) =>
      Object.entries(workflow(path).jobs).map(
        ([id, { permissions }]) => [`${path} ${id}`, permissions] as const,
      ),
    );
    const work = { contents: 'read', issues: 'read', 'pull-requests': 'read' };
    const publish = { contents: 'write', 'pull-requests': 'write' };
    expect(Object.fromEntries(granted)).toEqual({
      '.github/workflows/ci.yml test': { contents: 'read' },
      '.github/workflows/ci.yml gates': { contents: 'read' },
      'templates/.github/workflows/treadle.yml wake': {
        actions: 'write',
        checks: 'read',
        contents: 'write',
        issues: 'write',
        'pull-requests': 'write',
        statuses: 'read',
      },
      'templates/.github/workflows/treadle-review.yml ping': {},
      'templates/agents/claude-code.yml work': work,
      'templates/agents/claude-code.yml publish': publish,
      'templates/agents/copilot.yml work': work,
      'templates/agents/copilot.yml publish': publish,
    });
  });

  test('wakes at everything that may concern a run, and at its own reviews', () => {
    const { on } = workflow('templates/.github/workflows/treadle.yml');
    expect(Object.keys(on)).toEqual([
      'issues',
      'issue_comment',
      'workflow_run',
      'schedule',
      'workflow_dispatch',
      'repository_dispatch',
    ]);
    const { name } = workflow('templates/.github/workflows/treadle-review.yml');
    expect(on['workflow_run']).toMatchObject({ workflows: [name] });
    const [{ cron }] = on['schedule'] as [{ readonly cron: string }];
    const minutes = (cron.split(' ')[0] ?? '').split(',').map(Number);
    expect(minutes).toHaveLength(4);
    expect(minutes.every((minute) => minute % 5 !== 0)).toBe(true);
  });

  test('starter settings and workflows are in order', () => {
    const settings = readSettings({ path: 'treadle.yml', text: read('templates/.github/treadle.yml') });
    expect(settings.diagnostics).toEqual([]);
    const path = 'templates/.github/treadle/workflows/hello.yml';
    const { workflow: hello, diagnostics } = compileWorkflow({ path, text: read(path) });
    expect(diagnostics).toEqual([]);
    expect(hello).not.toBeNull();
  });

  test.each(inFolder('templates/agents'))(
    '%s takes what a dispatch hands over, and is found again by it',
    (path) => {
      const { on, 'run-name': runName } = workflow(path);
      const { inputs } = on['workflow_dispatch'] as {
        readonly inputs: Record<string, { readonly required: boolean }>;
      };
      expect(Object.keys(inputs)).toEqual(['dispatch', 'issue', 'run', 'job', 'attempt', 'turn', 'comment']);
      expect(Object.values(inputs).every(({ required }) => required)).toBe(true);
      expect(runName).toContain('${{ inputs.dispatch }}');
    },
  );
});
