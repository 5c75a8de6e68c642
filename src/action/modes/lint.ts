import { findAmong, readLintableFiles } from '../../runtime/lintable-files.ts';
import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { lintFiles } from '../../workflow/lint-files.ts';
import { readSettings } from '../../workflow/settings.ts';
import type { Step } from '../step.ts';

/**
 * Checks the settings and the workflows of the checkout; every finding is an annotation at its place.
 *
 * @param config path of the settings
 * @returns whether there is no error among them
 */
export async function lintMode(step: Step, workspace: string, config: string): Promise<boolean> {
  const files = await readLintableFiles(workspace, config);
  if (files.length === 0) {
    step.warn(`there is neither ${config} nor ${WORKFLOWS_FOLDER} in ${workspace}: is it checked out?`);
  }
  const found = files.find(({ path }) => path === config);
  const diagnostics = lintFiles(
    files,
    found === undefined ? null : readSettings(found).settings,
    findAmong(files),
    config,
  );
  for (const diagnostic of diagnostics) step.annotate(diagnostic);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  step.say(`${files.length} files checked: ${errors} errors, ${diagnostics.length - errors} warnings`);
  step.output('errors', String(errors));
  return errors === 0;
}
