import { pickLintableFiles } from '../../runtime/lintable-files.ts';
import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { compileWorkflow } from '../../workflow/compile.ts';
import { variablesUsed } from '../../workflow/variables.ts';
import { WAKE_WORKFLOW_PATH } from '../init/starter-files.ts';
import type { DoctorFacts } from './facts.ts';
import { ok, type Finding } from './finding.ts';
import { findWakeStep, usesDefaultToken } from './wake-step.ts';

/** Whether the Action is given the repository's variables, where workflows use any. Those with errors are told elsewhere. */
export function checkVariables({ files, builtInWorkflows }: DoctorFacts): readonly Finding[] {
  const step = findWakeStep(files.get(WAKE_WORKFLOW_PATH) ?? '');
  if (step === null) return [];
  const own = pickLintableFiles(files).filter(({ path }) => path.startsWith(`${WORKFLOWS_FOLDER}/`));
  const builtIn = [...builtInWorkflows].map(([path, text]) => ({ path, text }));
  const using = [...own, ...builtIn].filter((file) => {
    const { workflow } = compileWorkflow(file, { roles: 'any' });
    const used = workflow === null ? new Set<string>() : variablesUsed([workflow]);
    return used === 'all' || used.size > 0;
  });
  if (using.length === 0 || step.vars !== null)
    return [ok('doctor-variables-not-passed', 'The variables that workflows use reach them.')];
  const isDefault = usesDefaultToken(step);
  return [
    {
      code: 'doctor-variables-not-passed',
      severity: isDefault ? 'warning' : 'note',
      what: `${using.map(({ path }) => path).join(', ')}: the context vars is empty${isDefault ? ', since the default token may not read variables' : ' unless the token may read variables'}, and ${WAKE_WORKFLOW_PATH} does not pass them.`,
      remedy: `Give the Action there vars: \${{ toJSON(vars) }}, or run treadle init --force.`,
    },
  ];
}
