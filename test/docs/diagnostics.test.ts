import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { documentationOf } from '../../src/workflow/format-sarif.ts';
import { readSettings } from '../../src/workflow/settings.ts';
import { exampleOf, settingsCodes } from './diagnostic-examples.ts';
import { messageOf, renderDiagnosticsPage, settingsMessageOf, workflowCodes } from './diagnostics-page.ts';
import { anchorsOf, readDocument, ROOT } from './documents.ts';
import { textOf } from './example.ts';
import { mended } from './mended-examples.ts';

const PAGE = join(ROOT, 'docs/diagnostics.md');

describe('docs/diagnostics.md', () => {
  test.each(workflowCodes)('%s is found in its example', (code) => {
    expect(messageOf(code)).toContain(`[${code}]`);
  });

  test.each(settingsCodes)('$code is found in its example', (one) => {
    expect(settingsMessageOf(one)).toContain(`[${one.code}]`);
  });

  test.each(workflowCodes)('%s is not found any more in the mended example', (code) => {
    expect(compileWorkflow({ path: 'release.yml', text: textOf(mended[code]) }).diagnostics).toEqual([]);
    expect(textOf(mended[code])).not.toBe(exampleOf(code));
  });

  test.each(settingsCodes)(
    '$code is not found any more in the mended settings',
    ({ mended: text, example }) => {
      expect(readSettings({ path: 'treadle.yml', text }).diagnostics).toEqual([]);
      expect(text).not.toBe(example);
    },
  );

  test('every code has an anchor, to which lint leads', () => {
    const anchors = new Set(
      anchorsOf('docs/diagnostics.md').map((anchor) => `docs/diagnostics.md#${anchor}`),
    );
    const codes = [...workflowCodes, ...settingsCodes.map(({ code }) => code)];
    expect(codes.filter((code) => !anchors.has(documentationOf(code)))).toEqual([]);
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
