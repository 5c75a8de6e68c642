import type { WorkflowFile } from './compile.ts';
import { compileWithCalls } from './compile-with-calls.ts';
import type { Diagnostic } from './diagnostic.ts';
import { findUnheldRoles } from './find-unheld-roles.ts';
import { isRoutingFile, readRoutingTable } from './routing-table.ts';
import { readSettings, type SettingsFile } from './settings.ts';

/** Whether a path is that of settings: every other YAML file but `routing.yml` is taken for a workflow. */
export function isSettingsFile(path: string): boolean {
  return /(^|[/\\])treadle\.ya?ml$/.test(path);
}

/**
 * All that is wrong with workflows, settings and routing tables, in the order of the files. What a workflow calls is checked
 * against the file that it names.
 *
 * @param settings say which roles there are and who holds them; null where there are none, or they have errors
 * @param fileAt finds what is called by its path from the top of the repository
 * @param settingsPath where the settings are, if their file has another name
 */
export function lintFiles(
  files: readonly WorkflowFile[],
  settings: SettingsFile | null,
  fileAt: (path: string) => WorkflowFile | undefined,
  settingsPath: string | null = null,
): readonly Diagnostic[] {
  const roles = Object.keys(settings?.roles ?? {});
  return files.flatMap((file) => {
    if (file.path === settingsPath || isSettingsFile(file.path)) return readSettings(file).diagnostics;
    if (isRoutingFile(file.path)) return readRoutingTable(file, roles).diagnostics;
    const { workflow, diagnostics } = compileWithCalls(file, fileAt, { roles });
    const unheld =
      workflow === null || settings === null ? [] : findUnheldRoles(workflow, file.text, settings);
    return [...diagnostics, ...unheld];
  });
}
