import { compileWorkflow, type WorkflowFile } from './compile.ts';
import type { Diagnostic } from './diagnostic.ts';
import { findUnheldRoles } from './find-unheld-roles.ts';
import { isRoutingFile, readRoutingTable } from './routing-table.ts';
import { readSettings, type SettingsFile } from './settings.ts';

/** Whether a path is that of settings: every other YAML file but `routing.yml` is taken for a workflow. */
export function isSettingsFile(path: string): boolean {
  return /(^|[/\\])treadle\.ya?ml$/.test(path);
}

/**
 * All that is wrong with workflows, settings and routing tables, in the order of the files.
 *
 * @param settings say which roles there are and who holds them; null where there are none, or they have errors
 */
export function lintFiles(
  files: readonly WorkflowFile[],
  settings: SettingsFile | null,
): readonly Diagnostic[] {
  const roles = Object.keys(settings?.roles ?? {});
  return files.flatMap((file) => {
    if (isSettingsFile(file.path)) return readSettings(file).diagnostics;
    if (isRoutingFile(file.path)) return readRoutingTable(file, roles).diagnostics;
    const { workflow, diagnostics } = compileWorkflow(file, { roles });
    const unheld =
      workflow === null || settings === null ? [] : findUnheldRoles(workflow, file.text, settings);
    return [...diagnostics, ...unheld];
  });
}
