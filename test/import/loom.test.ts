import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { convertLoom } from '../../src/loom/convert-loom.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { formatDiagnostics } from '../../src/workflow/format-diagnostics.ts';

function read(name: string): { readonly path: string; readonly text: string } {
  const path = `loom/${name}.yaml`;
  return { path, text: readFileSync(new URL(`fixtures/${name}.yaml`, import.meta.url), 'utf8') };
}

describe('workflows of Loom', () => {
  it.each(['bug', 'feature', 'ui', 'self-improvement', 'odd'])(
    '%s becomes one that compiles',
    async (name) => {
      const file = read(name);
      const { workflow, diagnostics } = convertLoom(file);
      const told = formatDiagnostics(diagnostics, () => file.text, { color: false });
      const text = workflow?.text ?? '';
      await expect(told).toMatchFileSnapshot(`golden/loom-${name}.txt`);
      await expect(text).toMatchFileSnapshot(`golden/loom-${name}.yml`);
      expect(workflow?.name).toBe(`${name}.yml`);
      const compiled = compileWorkflow({ path: 'converted.yml', text }, { roles: ['housekeeping-bot'] });
      expect(compiled.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    },
  );

  it('broken ones are told of, and become nothing', async () => {
    const file = read('broken');
    const { workflow, diagnostics } = convertLoom(file);
    expect(workflow).toBeNull();
    const told = formatDiagnostics(diagnostics, () => file.text, { color: false });
    await expect(told).toMatchFileSnapshot('golden/loom-broken.txt');
    for (const text of ['', '[', 'a: 1', 'nodes: []']) {
      const converted = convertLoom({ path: 'x.yaml', text });
      expect(converted.workflow).toBeNull();
      expect(converted.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    }
  });
});
