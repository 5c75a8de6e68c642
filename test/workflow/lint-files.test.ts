import { describe, expect, test } from 'vitest';

import { isSettingsFile, lintFiles } from '../../src/workflow/lint-files.ts';
import { readSettings, type SettingsFile } from '../../src/workflow/settings.ts';

const path = '.github/treadle/workflows/repair.yml';

function settingsOf(text: string): SettingsFile | null {
  return readSettings({ path: '.github/treadle.yml', text }).settings;
}

/** `line:col code message` of every diagnostic. */
function findings(jobs: string, settings: SettingsFile | null): readonly string[] {
  const files = [{ path, text: `on: workflow_dispatch\njobs:\n${jobs}` }];
  return lintFiles(files, settings, () => undefined).map(
    ({ start, code, message }) => `${start.line}:${start.column} ${code} ${message}`,
  );
}

function unheld(place: string, role: string, job: string): string {
  return `${place} role-held-by-nobody Nobody holds the role '${role}', so '${job}' would escalate: give it to somebody in the settings`;
}

test.each([
  ['.github/treadle.yml', true],
  ['treadle.yaml', true],
  ['C:\\work\\.github\\treadle.yml', true],
  ['.github/treadle/workflows/bug.yml', false],
  ['not-treadle.yml', false],
])('%s is a settings file: %s', (file, expected) => {
  expect(isSettingsFile(file)).toBe(expected);
});

describe('roles that nobody holds', () => {
  const settings = settingsOf("roles: { ceo: casey, qa-engineer: [], backend-engineer: '@acme/back' }\n");

  test('are told where the job says its role', () => {
    const jobs = '  a:\n    prompt: x\n    runs-on: qa-engineer\n  b: { runs-on: web-designer, prompt: x }\n';
    expect(findings(jobs, settings)).toEqual([
      unheld('5:5', 'qa-engineer', 'a'),
      unheld('6:8', 'web-designer', 'b'),
    ]);
  });

  test('are none where a member or a team holds the role', () => {
    const jobs = '  a: { runs-on: ceo, prompt: x }\n  b: { runs-on: backend-engineer, prompt: x }\n';
    expect(findings(jobs, settings)).toEqual([]);
  });

  test('are sought among all that an output may name', () => {
    const jobs = `  a:
    runs-on: ceo
    prompt: x
    outputs: { Who: { enum: [ceo, qa-engineer, web-designer] } }
  b:
    needs: a
    prompt: x
    runs-on: \${{ needs.a.outputs.who }}
`;
    expect(findings(jobs, settings)).toEqual([
      unheld('10:5', 'qa-engineer', 'b'),
      unheld('10:5', 'web-designer', 'b'),
    ]);
  });

  test('are not sought where the file does not tell the role', () => {
    const job = (role: string): string => `  a: { runs-on: "\${{ ${role} }}", prompt: x }\n`;
    expect(findings(job('vars.reviewers'), settings)).toEqual([]);
    const decided = `  a: { type: decision, outputs: { who: "\${{ 'web-designer' }}" } }\n`;
    const needing = `  b: { needs: a, runs-on: "\${{ needs.a.outputs.who }}", prompt: x }\n`;
    expect(findings(decided + needing, settings)).toEqual([]);
  });

  test('are not sought for jobs without a role', () => {
    const jobs = '  a: { type: decision, outputs: { x: y } }\n  b: { needs: a, runs-on: ceo, prompt: x }\n';
    expect(findings(jobs, settings)).toEqual([]);
  });

  test('are not sought without settings, nor in a workflow that does not compile', () => {
    expect(findings('  a: { runs-on: web-designer, prompt: x }\n', null)).toEqual([]);
    const broken = findings('  a: { runs-on: web-designer, prompt: x, needs: b }\n', settings);
    expect(broken).toHaveLength(1);
    expect(broken[0]).not.toContain('role-held-by-nobody');
  });
});

test('settings are linted as settings, and their own roles count in the workflows beside them', () => {
  const files = [
    { path: '.github/treadle.yml', text: 'roles: { ceo: casey }\nbase-brunch: main\n' },
    { path, text: 'on: workflow_dispatch\njobs:\n  a: { runs-on: librarian, prompt: x }\n' },
  ];
  expect(lintFiles(files, null, () => undefined).map(({ code }) => code)).toEqual([
    'unknown-key',
    'unknown-role',
  ]);
  const declared = settingsOf('roles: { librarian: lee }\n');
  expect(lintFiles(files.slice(1), declared, () => undefined)).toEqual([]);
});

test('what a workflow calls is checked against the file that it names', () => {
  const called = {
    path: '.github/treadle/workflows/part.yml',
    text: 'on:\n  workflow_call:\n    inputs: { what: { type: string, required: true } }\njobs:\n  a: { runs-on: ceo, prompt: x }\n',
  };
  const caller = { path, text: `on: workflow_dispatch\njobs:\n  c: { uses: ./${called.path} }\n` };
  const among = (asked: string): typeof called | undefined => (asked === called.path ? called : undefined);
  expect(lintFiles([caller, called], null, among)).toMatchObject([
    { path, start: { line: 3 }, code: 'bad-call', message: `./${called.path} needs the input 'what'` },
  ]);
  expect(lintFiles([caller], null, () => undefined)).toMatchObject([
    { path, code: 'bad-call', message: `There is no workflow ./${called.path}` },
  ]);
});
