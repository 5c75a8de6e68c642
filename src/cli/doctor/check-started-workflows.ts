import { SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { agentWorkflowFiles } from '../init/find-agent-workflows.ts';
import { WAKE_WORKFLOW_PATH } from '../init/starter-files.ts';
import { asObject, readYamlObject } from '../read-yaml-object.ts';
import type { DoctorFacts } from './facts.ts';
import { ok, type Finding } from './finding.ts';
import { findWakeStep, usesDefaultToken } from './wake-step.ts';

/** Whether the workflows that agents work in are there, and wake Treadle when they end. */
export function checkAgents({ files }: DoctorFacts, settings: SettingsFile): readonly Finding[] {
  const awaited = readAwaited(files.get(WAKE_WORKFLOW_PATH) ?? '');
  const findings = agentWorkflowFiles(settings).flatMap(({ login, path }): readonly Finding[] => {
    const text = files.get(path);
    if (text === undefined) {
      return [
        {
          code: 'doctor-agent-workflow-missing',
          severity: 'error',
          what: `${login} is to work in ${path}, which is not on the default branch.`,
          remedy: 'Add it, or one of the templates: treadle init --agent NAME',
        },
      ];
    }
    const name = readName(text) ?? path;
    if (awaited === null || awaited.includes(name)) return [];
    return [
      {
        code: 'doctor-agent-workflow-missing',
        severity: 'warning',
        what: `The end of '${name}', in which ${login} works, does not wake Treadle: its report waits for the next schedule.`,
        remedy: `Add its name under workflow_run in ${WAKE_WORKFLOW_PATH}, or run treadle init --force.`,
      },
    ];
  });
  return findings.length > 0
    ? findings
    : [ok('doctor-agent-workflow-missing', 'What agents report wakes Treadle.')];
}

/**
 * Whether the workflows that `after-merge` names can be started on the base branch. With another token than the default one the
 * merges start them by themselves.
 */
export function checkAfterMerge(
  { files, workflows }: DoctorFacts,
  { afterMerge }: SettingsFile,
): readonly Finding[] {
  const isDefault = usesDefaultToken(findWakeStep(files.get(WAKE_WORKFLOW_PATH) ?? ''));
  const disabled = new Set(
    workflows.kind === 'hidden'
      ? []
      : workflows.value.filter(({ state }) => state !== 'active').map(({ path }) => path),
  );
  const findings = afterMerge.flatMap((name): readonly Finding[] => {
    const path = `.github/workflows/${name}`;
    const problem = disabled.has(path)
      ? { what: 'is disabled', remedy: `Enable it: gh workflow enable ${name}` }
      : findStartProblem(files.get(path));
    if (problem === null) return [];
    return [
      {
        code: 'doctor-after-merge-workflow',
        severity: isDefault ? 'warning' : 'note',
        what: `${path}, which after-merge names, ${problem.what}: ${isDefault ? 'it is not started after a merge' : 'with the default token it would not be started after a merge'}.`,
        remedy: problem.remedy,
      },
    ];
  });
  return findings.length > 0
    ? findings
    : [ok('doctor-after-merge-workflow', 'What is to run after a merge can be started.')];
}

/** Why a workflow cannot be started by `workflow_dispatch` without inputs; null where it can. */
function findStartProblem(
  text: string | undefined,
): { readonly what: string; readonly remedy: string } | null {
  if (text === undefined) {
    return {
      what: 'is not on the default branch',
      remedy: `Add it, or take it out of after-merge in ${SETTINGS_PATH}.`,
    };
  }
  const on = readYamlObject(text)?.['on'];
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(asObject(on));
  if (!events.includes('workflow_dispatch'))
    return { what: 'has no workflow_dispatch', remedy: 'Add workflow_dispatch under on in it.' };
  const { inputs } = asObject(asObject(on)['workflow_dispatch']);
  const required = Object.entries(asObject(inputs)).filter(([, input]) => {
    const { required, default: otherwise } = asObject(input);
    return required === true && otherwise === undefined;
  });
  if (required.length === 0) return null;
  const names = required.map(([name]) => name).join(', ');
  return {
    what: `requires inputs of workflow_dispatch (${names})`,
    remedy: 'Give them defaults, or do without them: Treadle passes none.',
  };
}

/** The names of the workflows whose end wakes Treadle; null where there is no such workflow, which is told elsewhere. */
function readAwaited(text: string): readonly string[] | null {
  const workflow = readYamlObject(text);
  const on = workflow?.['on'] as { readonly workflow_run?: { readonly workflows?: unknown } } | undefined;
  const names = on?.workflow_run?.workflows;
  return Array.isArray(names) ? names.map(String) : null;
}

function readName(text: string): string | null {
  const name = readYamlObject(text)?.['name'];
  return typeof name === 'string' ? name : null;
}
