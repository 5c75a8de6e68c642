import { diagnosticCodes, type DiagnosticCode } from '../../src/workflow/codes.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Diagnostic } from '../../src/workflow/diagnostic.ts';
import { formatDiagnostics } from '../../src/workflow/format-diagnostics.ts';
import { readSettings } from '../../src/workflow/settings.ts';
import { textOf } from './example.ts';
import { mended } from './mended-examples.ts';
import { exampleOf, settingsCodes, type SettingsCode } from './diagnostic-examples.ts';

const HEAD = `# Diagnostics

<!-- Made by test/docs/diagnostics.test.ts from src/workflow/codes.ts. UPDATE_GOLDEN=1 npm test -- test/docs writes it. -->

\`treadle lint\` reports all that is wrong with a file at once, as \`file:line:col: message [code]\`, with the line and what is
meant underlined. Codes are stable. An error keeps a workflow from being started; a warning does not. Below is every code
with what it means, a message as it is printed, and the file mended.
`;

/** The codes of workflow files, in the order of the table. */
export const workflowCodes = Object.keys(diagnosticCodes) as readonly DiagnosticCode[];

/** What is printed of a code's example: the diagnostics of that code alone. */
export function messageOf(code: DiagnosticCode): string {
  const path = 'release.yml';
  const text = exampleOf(code);
  return print(path, text, code, compileWorkflow({ path, text }).diagnostics);
}

/** The same for a code of the settings. */
export function settingsMessageOf({ code, example }: SettingsCode): string {
  const path = 'treadle.yml';
  return print(path, example, code, readSettings({ path, text: example }).diagnostics);
}

/** `docs/diagnostics.md`. */
export function renderDiagnosticsPage(): string {
  const ofWorkflows = workflowCodes.map((code) => {
    const { severity, meaning } = diagnosticCodes[code];
    return renderSection(code, severity, meaning, messageOf(code), textOf(mended[code]));
  });
  const ofSettings = settingsCodes.map((one) =>
    renderSection(one.code, 'error', one.meaning, settingsMessageOf(one), one.mended),
  );
  return [
    HEAD,
    '## Workflows\n',
    ...ofWorkflows,
    '## Settings\n',
    'Besides `unknown-key`, `wrong-type`, `wrong-limit` and the codes of YAML itself, `.github/treadle.yml` has',
    'these. They are all errors. `unknown-login`, a login that the forge does not know, and `unreadable-team`, a team whose members this token cannot read, are found when the settings are used. `role-held-by-nobody`, a warning of `treadle lint`, tells that a workflow runs on a role for which the settings name nobody.\n',
    ...ofSettings,
  ].join('\n');
}

function renderSection(
  code: string,
  severity: string,
  meaning: string,
  message: string,
  good: string,
): string {
  return `### \`${code}\`\n\n${severity === 'error' ? 'Error' : 'Warning'}. ${meaning}\n\n\`\`\`text\n${message}\`\`\`\n\nMended:\n\n\`\`\`yaml\n${good}\`\`\`\n`;
}

function print(path: string, text: string, code: string, diagnostics: readonly Diagnostic[]): string {
  const own = diagnostics.filter((one) => one.code === code).slice(0, 1);
  const printed = formatDiagnostics(own, (asked) => (asked === path ? text : undefined), { color: false });
  return printed.replaceAll(/ +$/gm, '');
}
