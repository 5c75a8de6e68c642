import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { readBuiltInWorkflows } from '../../src/runtime/package-files.ts';
import { compileWithCalls } from '../../src/workflow/compile-with-calls.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { ROOT } from './documents.ts';
import { renderWorkflowsPage } from './workflows-page.ts';

test('docs/workflows.md tells every built-in workflow as it is', () => {
  const path = `${ROOT}docs/workflows.md`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, renderWorkflowsPage());
  expect(readFileSync(path, 'utf8')).toBe(renderWorkflowsPage());
});

test.each([...readBuiltInWorkflows()])('treadle lint has nothing to say of %s', (path, text) => {
  expect(compileWorkflow({ path, text }).diagnostics).toEqual([]);
});

test('the waterfall calls its first phases and its tests as workflows of their own, and all of it fits together', () => {
  const files = readBuiltInWorkflows();
  const fileAt = (path: string) => ({ path, text: files.get(path) ?? '' });
  const compiled = compileWithCalls(fileAt('workflows/waterfall.yml'), fileAt);
  expect(compiled.diagnostics).toEqual([]);
  const calls = [...(compiled.workflow?.jobs.values() ?? [])].flatMap((job) =>
    job.type === 'call' ? [[job.id, job.uses]] : [],
  );
  expect(calls).toEqual([
    ['requirements', 'treadle/waterfall-phase'],
    ['design', 'treadle/waterfall-phase'],
    ['testing', 'treadle/waterfall-testing'],
  ]);
});
