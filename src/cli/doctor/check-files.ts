import { pickLintableFiles } from '../../runtime/lintable-files.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { isSettingsFile, lintFiles } from '../../workflow/lint-files.ts';
import { isRoutingFile } from '../../workflow/routing-table.ts';
import { SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import type { FindingCode } from './codes.ts';
import type { DoctorFacts } from './facts.ts';
import { ok, type Finding } from './finding.ts';

/** What is well with the files of each kind; the routing table is spoken of where there is one. */
const IN_ORDER = {
  'doctor-settings-invalid': 'The settings are in order.',
  'doctor-routing-invalid': 'The routing table is in order.',
  'doctor-workflow-invalid': 'Every workflow is in order.',
} as const;

type FileCode = keyof typeof IN_ORDER;

/**
 * The errors that `treadle lint` finds in the files of the default branch, all of them and no others, and its warnings of roles that
 * nobody holds.
 *
 * @param settings null where there are none, or they have errors
 */
export function checkFiles(
  { files, builtInWorkflows }: DoctorFacts,
  settings: SettingsFile | null,
): readonly Finding[] {
  const lintable = pickLintableFiles(files);
  const all = new Map([...builtInWorkflows, ...files]);
  const fileAt = (path: string): { readonly path: string; readonly text: string } | undefined => {
    const text = all.get(path);
    return text === undefined ? undefined : { path, text };
  };
  const diagnostics = lintFiles(lintable, settings, fileAt);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const wrong = new Set<FindingCode>(errors.map(codeOf));
  const present = new Set<FindingCode>(['doctor-workflow-invalid', ...lintable.map(codeOf)]);
  return [
    ...errors.map(fromError),
    ...diagnostics.filter(({ code }) => code === 'role-held-by-nobody').map(fromUnheldRole),
    ...(Object.keys(IN_ORDER) as FileCode[])
      .filter((code) => present.has(code) && !wrong.has(code))
      .map((code) => ok(code, IN_ORDER[code])),
  ];
}

function fromError(error: Diagnostic): Finding {
  return {
    code: codeOf(error),
    severity: 'error',
    what: placed(error),
    remedy: `Mend it, and check it with: treadle lint ${error.path}`,
  };
}

function fromUnheldRole(warning: Diagnostic): Finding {
  return {
    code: 'doctor-role-held-by-nobody',
    severity: 'warning',
    what: placed(warning),
    remedy: `Name somebody under roles in ${SETTINGS_PATH}.`,
  };
}

function codeOf({ path }: { readonly path: string }): FileCode {
  if (isSettingsFile(path)) return 'doctor-settings-invalid';
  return isRoutingFile(path) ? 'doctor-routing-invalid' : 'doctor-workflow-invalid';
}

function placed({ path, start, message }: Diagnostic): string {
  return `${path}:${start.line}:${start.column}: ${message}`;
}
