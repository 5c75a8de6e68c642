import { describe, expect, test } from 'vitest';

import { parseSlashCommand } from '../../src/codec/slash-command.ts';
import { generalFunctions } from '../../src/expression/availability.ts';
import { foreignKeys, jobTypes, keysOfType, laterKeys } from '../../src/workflow/job-kinds.ts';
import { jobSchema } from '../../src/workflow/job-schema.ts';
import { BUILT_IN_ROLES } from '../../src/workflow/roles.ts';
import { readSettings } from '../../src/workflow/settings.ts';
import { workflowSchema } from '../../src/workflow/workflow-schema.ts';
import { codeSpansOf, proseOf } from './documents.ts';

const PAGE = 'docs/workflow-language.md';
const named = new Set(codeSpansOf(PAGE));

/** Name and second cell of each row that begins with a name, between two headings. */
function rowsBetween(from: string, to: string): ReadonlyMap<string, string> {
  const [, after = ''] = proseOf(PAGE).split(from);
  const [section = ''] = after.split(to);
  return new Map(
    [...section.matchAll(/^\| `([^`]+)` *\| ([^|]*?) *\|/gm)].map(([, name = '', cell = '']) => [name, cell]),
  );
}

function propertiesOf(schema: object): readonly string[] {
  return Object.keys((schema as { readonly properties: object }).properties);
}

const kinds = Object.keys(keysOfType) as (keyof typeof keysOfType)[];

describe('docs/workflow-language.md', () => {
  test.each([
    { what: 'key of a file', names: propertiesOf(workflowSchema) },
    { what: 'key of a job', names: propertiesOf(jobSchema) },
    { what: 'type of job', names: jobTypes },
    { what: 'function', names: generalFunctions },
  ])('names every $what', ({ names }) => {
    expect(names.filter((name) => !named.has(name))).toEqual([]);
  });

  test('tells which jobs have which key', () => {
    const rows = rowsBetween('Letter case makes no difference when it is named.', 'Not supported yet');
    const refused = [...Object.keys(laterKeys), ...Object.keys(foreignKeys)];
    expect([...rows.keys()].sort()).toEqual(
      propertiesOf(jobSchema)
        .filter((key) => !refused.includes(key))
        .sort(),
    );
    for (const [key, cell] of rows) {
      const types = kinds.filter((type) => keysOfType[type].includes(key));
      const told = cell === 'all' ? [...kinds] : cell.split(', ');
      expect(told.sort(), key).toEqual([...types].sort());
    }
  });

  test('names the built-in roles in the guide to agents', () => {
    const roles = new Set(codeSpansOf('docs/agents.md'));
    expect(BUILT_IN_ROLES.filter((role) => !roles.has(role))).toEqual([]);
  });

  test('names the settings in the guide to agents, and their defaults', () => {
    const { settings } = readSettings({ path: 'treadle.yml', text: '' });
    const spans = new Set(codeSpansOf('docs/agents.md'));
    expect(
      [settings?.stateBranch, ...(settings?.protectedPaths ?? [])].filter((text) => !spans.has(text ?? '')),
    ).toEqual([]);
  });

  test.each([...named].filter((code) => code.startsWith('/treadle ')))(
    'the comment %s is understood',
    (code) => {
      expect(parseSlashCommand(code)?.kind).toMatch(/^(?:override|repin|start)$/);
    },
  );
});
