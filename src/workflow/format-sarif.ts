import type { Json } from '../base/canonical-json.ts';
import { diagnosticCodes } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Where a code is explained, in the documentation that comes with Treadle. */
export function documentationOf(code: string): string {
  return `docs/diagnostics.md#${code}`;
}

/**
 * Diagnostics as a SARIF log, for code scanning and editors: one run of the tool `treadle`, one rule for each code that occurs.
 * Columns count UTF-16 units from 1, paths are relative to the repository.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function formatSarif(diagnostics: readonly Diagnostic[]): Json {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'treadle', rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((one) => resultOf(one, codes.indexOf(one.code))),
      },
    ],
  };
}

function ruleOf(code: string): Json {
  const known = Object.entries(diagnosticCodes).find(([name]) => name === code)?.[1];
  return {
    id: code,
    shortDescription: { text: known?.meaning ?? code },
    help: { text: `See ${documentationOf(code)} of Treadle, for an example and what to do.` },
    defaultConfiguration: { level: known?.severity ?? 'error' },
  };
}

function resultOf({ path, start, end, severity, code, message }: Diagnostic, ruleIndex: number): Json {
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
          region: {
            startLine: start.line,
            startColumn: start.column,
            endLine: end.line,
            endColumn: end.line === start.line ? Math.max(end.column, start.column) : end.column,
          },
        },
      },
    ],
  };
}
