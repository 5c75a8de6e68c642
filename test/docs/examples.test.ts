import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';

import { parseReport } from '../../src/codec/report-block.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { readRoutingTable } from '../../src/workflow/routing-table.ts';
import { readSettings } from '../../src/workflow/settings.ts';
import { DOCUMENTS, fencesOf, type Fence } from './documents.ts';

function fencesIn(language: string): readonly Fence[] {
  return DOCUMENTS.flatMap(fencesOf).filter((fence) => fence.language === language);
}

/** Every YAML example is a whole file: of a workflow, a routing table, or settings. */
function isWorkflow({ text }: Fence): boolean {
  return 'jobs' in (parse(text) as object);
}

function isRoutingTable({ text }: Fence): boolean {
  return 'rules' in (parse(text) as object);
}

describe('examples in the documents', () => {
  const yaml = fencesIn('yaml');

  test.each(yaml.filter(isWorkflow))(
    'the workflow at $place compiles without a remark',
    ({ place, text }) => {
      expect(compileWorkflow({ path: place, text }).diagnostics).toEqual([]);
    },
  );

  test.each(yaml.filter(isRoutingTable))('the routing table at $place is in order', ({ place, text }) => {
    expect(readRoutingTable({ path: place, text }, []).diagnostics).toEqual([]);
  });

  test.each(yaml.filter((fence) => !isWorkflow(fence) && !isRoutingTable(fence)))(
    'the settings at $place are in order',
    ({ place, text }) => {
      expect(readSettings({ path: place, text }).diagnostics).toEqual([]);
    },
  );

  test.each(fencesIn('json'))('the JSON at $place is JSON', ({ text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  test.each([
    ...fencesIn('treadle').map(({ place, text }) => ({ place, answer: `\`\`\`treadle\n${text}\`\`\`\n` })),
    ...fencesIn('text')
      .filter(({ text }) => text.startsWith('```treadle'))
      .map(({ place, text }) => ({ place, answer: text })),
  ])('the answer at $place is a report', ({ answer }) => {
    expect(parseReport(answer).kind).toBe('report');
  });

  test('there are examples of each kind', () => {
    for (const language of ['yaml', 'json', 'treadle', 'console']) {
      expect(fencesIn(language), language).not.toHaveLength(0);
    }
  });
});
