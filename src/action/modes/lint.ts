import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { compileWorkflow } from '../../workflow/compile.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { readSettings, SETTINGS_PATH } from '../../workflow/settings.ts';
import type { Step } from '../step.ts';

/**
 * Checks the settings and the workflows of the checkout; every finding is an annotation at its place.
 *
 * @returns whether there is no error among them
 */
export async function lintMode(step: Step, workspace: string): Promise<boolean> {
  const settingsText = await readText(join(workspace, SETTINGS_PATH));
  const settings = settingsText === null ? null : readSettings({ path: SETTINGS_PATH, text: settingsText });
  const roles = Object.keys(settings?.settings?.roles ?? {});
  const diagnostics: Diagnostic[] = [...(settings?.diagnostics ?? [])];
  const paths = await workflowPaths(workspace);
  for (const path of paths) {
    const text = (await readText(join(workspace, path))) ?? '';
    diagnostics.push(...compileWorkflow({ path, text }, { roles }).diagnostics);
  }
  if (settings === null && paths.length === 0) {
    step.warn(
      `there is neither ${SETTINGS_PATH} nor ${WORKFLOWS_FOLDER} in ${workspace}: is it checked out?`,
    );
  }
  for (const diagnostic of diagnostics) step.annotate(diagnostic);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  step.say(`${paths.length} workflows checked: ${errors} errors, ${diagnostics.length - errors} warnings`);
  step.output('errors', String(errors));
  return errors === 0;
}

async function workflowPaths(workspace: string): Promise<readonly string[]> {
  const names = await readdir(join(workspace, WORKFLOWS_FOLDER)).catch(() => []);
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => `${WORKFLOWS_FOLDER}/${name}`);
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
