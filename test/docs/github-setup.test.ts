import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';

import { FINDING_CODES } from '../../src/cli/doctor/codes.ts';
import { AGENT_TEMPLATES, agentWorkflowPath, starterFiles } from '../../src/cli/init/starter-files.ts';
import { readTemplate } from '../../src/runtime/package-files.ts';
import { codeSpansOf, fencesOf, proseOf, readDocument } from './documents.ts';

const PAGE = 'docs/github-setup.md';

function section(heading: string): string {
  const [, text = ''] = proseOf(PAGE).split(`\n## ${heading}\n`);
  return text.split('\n## ')[0] ?? '';
}

describe(PAGE, () => {
  test('tells every code of doctor, as the code has it', () => {
    const rows = [...section('What doctor finds').matchAll(/^\| `(doctor-[\w-]+)` +\| (.*?) +\|$/gm)];
    expect(Object.fromEntries(rows.map(([, code = '', text = '']) => [code, text]))).toEqual(FINDING_CODES);
  });

  test('names no code that doctor does not have', () => {
    const named = codeSpansOf(PAGE).filter((code) => code.startsWith('doctor-'));
    expect(named.filter((code) => !(code in FINDING_CODES))).toEqual([]);
  });

  test('names every file that init writes, and no other', () => {
    const action = { kind: 'local', path: './' } as const;
    const options = { action, stateBranch: 'treadle/state', ceos: [], agents: [], awaitedWorkflows: [] };
    const written = starterFiles(options, readTemplate).map(({ path }) => path);
    const rows = [...section('Install it').matchAll(/^\| `(\.github\/\S+)` /gm)].map(([, path]) => path);
    expect(rows).toEqual(written);
  });

  test('names every template of an agent', () => {
    for (const agent of AGENT_TEMPLATES) expect(codeSpansOf(PAGE)).toContain(`treadle init --agent ${agent}`);
    expect(readDocument(PAGE)).toContain(agentWorkflowPath('claude-code').replace('.github/workflows/', ''));
  });

  test('its parts of workflows are YAML, and pin what is not ours', () => {
    const parts = fencesOf(PAGE).filter(({ language }) => language === 'yml');
    expect(parts).not.toHaveLength(0);
    for (const { text } of parts) {
      expect(() => parse(text) as unknown).not.toThrow();
      for (const [, uses = ''] of text.matchAll(/uses: (\S+)/g)) {
        expect(uses).toMatch(/^OWNER\/treadle(?:\/report)?@COMMIT$|@[0-9a-f]{40}$/);
      }
    }
  });
});
