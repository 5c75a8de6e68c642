import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { formatAnnotations } from '../../src/workflow/format-annotations.ts';
import { documentationOf, formatSarif } from '../../src/workflow/format-sarif.ts';

const golden = new URL('golden/', import.meta.url);

/** Checks a value against the schema of SARIF 2.1.0 (its last release candidate, as code scanning of GitHub has it); what is wrong, or nothing. */
function createSarifCheck(): (value: unknown) => readonly string[] {
  const at = '../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
  const text = readFileSync(new URL(at, import.meta.url), 'utf8');
  // It is written in draft 4, and uses nothing that draft 7 reads in another way than its own name.
  const { $schema, id, ...schema } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  expect([$schema, typeof id]).toEqual(['http://json-schema.org/draft-04/schema#', 'string']);
  const isUri = (value: string): boolean => URL.canParse(value, 'https://example.com/') && !/\s/.test(value);
  const formats = { uri: (value: string) => URL.canParse(value), 'uri-reference': isUri, 'date-time': /T/ };
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats });
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message ?? ''}`);
}

const text = 'on: push\njobs:\n  a: { runs-on: ceo, promt: Do it }\n';
const { diagnostics } = compileWorkflow({ path: 'odd, 100%/a b.yml', text });

describe('diagnostics', () => {
  it('are annotations of GitHub’s runner, with what steers it escaped', () => {
    expect(formatAnnotations(diagnostics).split('\n')).toEqual([
      expect.stringMatching(
        /^::warning file=odd%2C 100%25\/a b\.yml,line=1,endLine=1,col=5,endColumn=8,title=event-without-effect::The event 'push' .* \[event-without-effect\]$/,
      ),
      expect.stringMatching(/^::error .*,line=3,endLine=3,col=3,endColumn=3,title=prompt-missing::/),
      expect.stringMatching(/^::error .*,line=3,endLine=3,col=22,endColumn=26,title=unknown-key::/),
      '',
    ]);
    const [one] = diagnostics;
    if (one === undefined) throw new Error('nothing was found');
    const hostile = { ...one, message: 'a\n::set-env name=x::y', end: { line: 2, column: 1 } };
    expect(formatAnnotations([hostile])).toMatch(/title=event-without-effect::a%0A::set-env name=x::y \[/);
    expect(formatAnnotations([hostile])).not.toContain('endColumn');
  });

  it('are a SARIF log whose results point at their rules', () => {
    const log = formatSarif(diagnostics) as unknown as {
      readonly version: string;
      readonly runs: readonly [
        {
          readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
          readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number }[];
        },
      ];
    };
    const [{ tool, results }] = log.runs;
    expect(log.version).toBe('2.1.0');
    expect(tool.driver.rules.map(({ id }) => id)).toEqual([
      'event-without-effect',
      'prompt-missing',
      'unknown-key',
    ]);
    expect(results.map(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId)).toEqual([
      true,
      true,
      true,
    ]);
    expect(results[0]).toMatchObject({
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'odd%2C%20100%25/a%20b.yml' },
            region: { startLine: 1, startColumn: 5, endLine: 1, endColumn: 9 },
          },
        },
      ],
    });
    expect(tool.driver.rules[2]).toMatchObject({
      shortDescription: { text: 'A key that the workflow language does not have.' },
      help: { text: expect.stringContaining(documentationOf('unknown-key')) as string },
      defaultConfiguration: { level: 'error' },
    });
  });

  it('are what the schema of SARIF asks for, whatever the code', () => {
    const check = createSarifCheck();
    const files = readdirSync(golden).filter((name) => name.endsWith('.yml'));
    const all = files.flatMap((name) => {
      const path = `folder with spaces/${name}`;
      return compileWorkflow({ path, text: readFileSync(new URL(name, golden), 'utf8') }).diagnostics;
    });
    expect(all.length).toBeGreaterThan(100);
    expect(check(formatSarif(all))).toEqual([]);
    expect(check(formatSarif([]))).toEqual([]);
    const [one] = all;
    if (one === undefined) throw new Error('nothing was found');
    expect(check(formatSarif([{ ...one, start: { line: 0, column: 0 } }]))).toHaveLength(2);
    expect(check({ ...(formatSarif([]) as object), extra: true })).toHaveLength(1);
  });

  it('of a code that is not of workflows are errors', () => {
    const [one] = diagnostics;
    if (one === undefined) throw new Error('nothing was found');
    expect(formatSarif([{ ...one, code: 'bad-login' }])).toMatchObject({
      runs: [{ tool: { driver: { rules: [{ defaultConfiguration: { level: 'error' } }] } } }],
    });
  });
});
