import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { readBuiltInWorkflows } from '../../src/runtime/package-files.ts';
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

// Its three kinds of test are jobs like others so far: calling workflows came after it.
test.fails('the waterfall calls its tests as workflows of their own', () => {
  expect(readBuiltInWorkflows().get('workflows/waterfall.yml')).toMatch(/^ +uses:/m);
});
