import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { TASK_INPUTS } from '../../src/workflow/agent-setting.ts';
import { decodeReport, parseReport } from '../../src/codec/report-block.ts';
import { agentEnvironment } from '../../src/runtime/commands/workspace.ts';
import { codeSpansOf, fencesOf, fenceWith, proseOf, ROOT } from './documents.ts';
import { sampleTask } from './sample-task.ts';

const GUIDE = 'docs/agents.md';

const folder = mkdtempSync(join(tmpdir(), 'treadle-docs-agents-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { env } = describeEnvironment();

/** What a program of the guide prints for a task, and how it ends. */
function runAgent(program: string, source: string, task: unknown): { stdout: string; code: number | null } {
  const path = join(folder, program === 'sh' ? 'agent.sh' : 'agent.mjs');
  writeFileSync(path, source);
  const done = spawnSync(program, [path], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    input: JSON.stringify(task),
    encoding: 'utf8',
  });
  return { stdout: done.stdout, code: done.status };
}

function describeEnvironment(): { readonly env: NodeJS.ProcessEnv; readonly names: readonly string[] } {
  const made = agentEnvironment(
    {
      folder,
      cloneUrl: 'http://localhost/git/local/shop.git',
      apiUrl: 'http://localhost',
      tokenOf: () => 't',
    },
    {
      command: ['true'],
      task: sampleTask,
      assignee: { login: 'blake-bot', id: 4, kind: 'user' },
      deadline: null,
    },
  );
  const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SHELL', 'USER'];
  const names = Object.keys(made).filter((name) => !inherited.includes(name));
  return { env: Object.fromEntries(names.map((name) => [name, made[name]])), names };
}

describe('the guide to agents', () => {
  test('shows a task as it is', () => {
    expect(JSON.parse(fenceWith(GUIDE, 'treadle.task/v1').text)).toEqual(sampleTask);
  });

  test('shows a workflow that takes what it is given, and bears the name by which its run is found', () => {
    const shown = parse(fenceWith(GUIDE, 'name: Agent').text) as {
      readonly 'run-name': string;
      readonly on: { readonly workflow_dispatch: { readonly inputs: object } };
    };
    expect(Object.keys(shown.on.workflow_dispatch.inputs)).toEqual(TASK_INPUTS);
    expect(shown['run-name']).toContain('${{ inputs.dispatch }}');
    for (const name of TASK_INPUTS) expect(codeSpansOf(GUIDE)).toContain(name);
  });

  test('names every variable of the environment, and no other', () => {
    const named = codeSpansOf(GUIDE).filter((code) => /^(TREADLE|GIT|GITHUB)_[A-Z_0]+$/.test(code));
    expect([...new Set(named)].sort()).toEqual([...describeEnvironment().names].sort());
  });

  test('names every key of a report, and no other', () => {
    const rows = /\| key .*?\n\n/s.exec(proseOf(GUIDE).split('### The answer')[1] ?? '')?.[0] ?? '';
    const keys = [...rows.matchAll(/^\| `(\w+)`/gm)].map(([, key = '']) => key);
    const report = {
      outcome: 'success',
      outputs: {},
      summary: '',
      usage: {},
      job: 'fix',
      redispatch_requested: true,
    };
    expect(keys.sort()).toEqual(Object.keys(report).sort());
    expect(decodeReport(report).kind).toBe('report');
    expect(decodeReport({ ...report, other: 1 }).kind).toBe('malformed');
  });

  test('has a minimal agent whose answer is a report', () => {
    const { stdout, code } = runAgent('sh', fenceWith(GUIDE, '#!/bin/sh').text, sampleTask);
    expect(code).toBe(0);
    expect(parseReport(stdout)).toMatchObject({
      kind: 'report',
      report: { outcome: 'success', outputs: { files: expect.stringMatching(/^\d+$/) as unknown } },
    });
  });

  test.each([
    { name: 'the first turn', earlierTurns: [], outcome: 'continue' },
    {
      name: 'the second turn',
      earlierTurns: [{ turn: 1, outcome: 'continue', summary: '', outputs: { files: '12' } }],
      outcome: 'success',
    },
  ])('has an agent of several turns: $name', ({ earlierTurns, outcome }) => {
    const source = fenceWith(GUIDE, 'task.earlierTurns.at(-1)').text;
    const { stdout } = runAgent(process.execPath, source, { ...sampleTask, earlierTurns });
    expect(parseReport(stdout)).toMatchObject({ kind: 'report', report: { outcome } });
  });

  test('all its programs are tried', () => {
    expect(fencesOf(GUIDE).filter(({ language }) => ['sh', 'js'].includes(language))).toHaveLength(2);
  });
});
