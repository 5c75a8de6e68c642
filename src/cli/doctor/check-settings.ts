import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { compileWorkflow } from '../../workflow/compile.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { findUnheldRoles } from '../../workflow/find-unheld-roles.ts';
import { agentWorkflowFiles } from '../init/find-agent-workflows.ts';
import { WAKE_WORKFLOW_PATH } from '../init/starter-files.ts';
import type { DoctorFacts } from './facts.ts';
import { readYamlObject } from '../read-yaml-object.ts';
import { notChecked, ok, type Finding } from './finding.ts';

/** Whether settings and workflows are in order, and whether there are people behind the roles. */
export function checkSettings(facts: DoctorFacts): readonly Finding[] {
  const text = facts.files.get(SETTINGS_PATH);
  if (text === undefined) {
    return [
      {
        code: 'doctor-settings-missing',
        severity: 'error',
        what: `${SETTINGS_PATH} is not on the default branch: no run starts.`,
        remedy: 'Run treadle init, and bring what it writes to the default branch.',
      },
    ];
  }
  const { settings, diagnostics } = readSettings({ path: SETTINGS_PATH, text });
  if (settings === null) {
    return diagnostics.map((each) => ({
      code: 'doctor-settings-invalid',
      severity: 'error',
      what: placed(each),
      remedy: `Mend it, and check it with: treadle lint ${SETTINGS_PATH}`,
    }));
  }
  return [
    ok('doctor-settings-invalid', 'The settings are in order.'),
    ...checkWorkflows(facts, settings),
    ...checkMembers(facts, settings),
    ...checkAgents(facts, settings),
  ];
}

function checkWorkflows({ files }: DoctorFacts, settings: SettingsFile): readonly Finding[] {
  const roles = Object.keys(settings.roles);
  // A team has members as far as can be told here.
  const held = Object.fromEntries(
    [...new Set([...roles, ...Object.keys(settings.teams)])].map((role) => [
      role,
      [...(settings.roles[role] ?? []), ...(settings.teams[role] ?? [])],
    ]),
  );
  const findings = [...files].flatMap(([path, text]): readonly Finding[] => {
    if (!path.startsWith(`${WORKFLOWS_FOLDER}/`) || !/\.ya?ml$/.test(path)) return [];
    const { workflow, diagnostics } = compileWorkflow({ path, text }, { roles });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (workflow === null) {
      return errors.map((each) => ({
        code: 'doctor-workflow-invalid',
        severity: 'error',
        what: placed(each),
        remedy: `Mend it, and check it with: treadle lint ${path}`,
      }));
    }
    return findUnheldRoles(workflow, text, { ...settings, roles: held }).map((each) => ({
      code: 'doctor-role-held-by-nobody',
      severity: 'warning',
      what: placed(each),
      remedy: `Name somebody under roles in ${SETTINGS_PATH}.`,
    }));
  });
  if ((held['ceo'] ?? []).length === 0) {
    findings.push({
      code: 'doctor-role-held-by-nobody',
      severity: 'error',
      what: 'Nobody holds the role ceo: nothing can be approved, and no escalation answered.',
      remedy: `Name somebody under roles, ceo, in ${SETTINGS_PATH}.`,
    });
  }
  const codes = new Set(findings.map(({ code }) => code));
  return [
    ...findings,
    ...(codes.has('doctor-workflow-invalid')
      ? []
      : [ok('doctor-workflow-invalid', 'Every workflow is in order.')]),
    ...(codes.has('doctor-role-held-by-nobody')
      ? []
      : [ok('doctor-role-held-by-nobody', 'Somebody holds each role that is used.')]),
  ];
}

function checkMembers({ members }: DoctorFacts, settings: SettingsFile): readonly Finding[] {
  const unknown = [...members].filter(([, member]) => member.kind === 'unknown').map(([login]) => login);
  const findings: Finding[] = unknown.map((login) => ({
    code: 'doctor-role-unknown-member',
    severity: 'error',
    what: `There is no account ${login}: while it stands in the settings, no run starts.`,
    remedy: `Correct the login in ${SETTINGS_PATH}; whoever renamed their account has a new one.`,
  }));
  if (unknown.length === 0) {
    findings.push(ok('doctor-role-unknown-member', 'Everybody who holds a role has an account.'));
  }
  const weak: string[] = [];
  for (const login of settings.roles['ceo'] ?? []) {
    const member = members.get(login);
    if (member?.kind !== 'known' || member.isApp) continue;
    if (member.permission.kind === 'hidden') findings.push(notChecked(member.permission.problem));
    else if (!['admin', 'maintain', 'write'].includes(member.permission.value)) weak.push(login);
  }
  return [
    ...findings,
    ...weak.map((login): Finding => ({
      code: 'doctor-approver-without-write',
      severity: 'warning',
      what: `${login} holds the role ceo, but may not write to the repository: their approvals do not count.`,
      remedy: `Give ${login} write permission.`,
    })),
    ...(weak.length === 0
      ? [ok('doctor-approver-without-write', 'Approvals of those who hold the role ceo count.')]
      : []),
  ];
}

function checkAgents({ files }: DoctorFacts, settings: SettingsFile): readonly Finding[] {
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

function placed({ path, start, message }: Diagnostic): string {
  return `${path}:${start.line}:${start.column}: ${message}`;
}
