import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { settingsCodes } from './diagnostic-examples.ts';
import { messageOf, renderDiagnosticsPage, settingsMessageOf, workflowCodes } from './diagnostics-page.ts';
import { readDocument, ROOT } from './documents.ts';

const PAGE = join(ROOT, 'docs/diagnostics.md');

describe('docs/diagnostics.md', () => {
  test.each(workflowCodes)('%s is found in its example', (code) => {
    expect(messageOf(code)).toContain(`[${code}]`);
  });

  test.each(settingsCodes)('$code is found in its example', (one) => {
    expect(settingsMessageOf(one)).toContain(`[${one.code}]`);
  });

  test('every code of the settings has its section, here or among those of workflows', () => {
    const files = ['settings', 'agent-setting', 'workflow-name'].map((name) => `src/workflow/${name}.ts`);
    const source = files.map(readDocument).join('\n');
    const used = [...source.matchAll(/\breport\(\s*'([a-z-]+)'/g)].map(([, code = '']) => code);
    const known = new Set<string>([...workflowCodes, ...settingsCodes.map(({ code }) => code)]);
    expect(used).not.toHaveLength(0);
    expect(used.filter((code) => !known.has(code))).toEqual([]);
    expect(settingsCodes.map(({ code }) => code).filter((code) => !used.includes(code))).toEqual([]);
  });

  test('is what the codes make it (UPDATE_GOLDEN=1 writes it)', () => {
    const page = renderDiagnosticsPage();
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
