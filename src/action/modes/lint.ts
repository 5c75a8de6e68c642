import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import type { WorkflowFile } from '../../workflow/compile.ts';
import { lintFiles } from '../../workflow/lint-files.ts';
import { ROUTING_PATH } from '../../workflow/routing-table.ts';
import { readSettings, SETTINGS_PATH } from '../../workflow/settings.ts';
import type { Step } from '../step.ts';

/**
 * Checks the settings and the workflows of the checkout; every finding is an annotation at its place.
 *
 * @returns whether there is no error among them
 */
export async function lintMode(step: Step, workspace: string): Promise<boolean> {
  const files: WorkflowFile[] = [];
  for (const path of [SETTINGS_PATH, ROUTING_PATH, ...(await workflowPaths(workspace))]) {
    const text = await readText(join(workspace, path));
    if (text !== null) files.push({ path, text });
  }
  if (files.length === 0) {
    step.warn(
      `there is neither ${SETTINGS_PATH} nor ${WORKFLOWS_FOLDER} in ${workspace}: is it checked out?`,
    );
  }
  const found = files.find(({ path }) => path === SETTINGS_PATH);
  const diagnostics = lintFiles(files, found === undefined ? null : readSettings(found).settings);
  for (const diagnostic of diagnostics) step.annotate(diagnostic);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  step.say(`${files.length} files checked: ${errors} errors, ${diagnostics.length - errors} warnings`);
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
