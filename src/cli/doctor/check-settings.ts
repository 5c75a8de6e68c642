import { readSettings, SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { WAKE_WORKFLOW_PATH } from '../init/starter-files.ts';
import { checkFiles } from './check-files.ts';
import { checkAfterMerge, checkAgents } from './check-started-workflows.ts';
import type { DoctorFacts } from './facts.ts';
import { notChecked, ok, type Finding } from './finding.ts';
import { findWakeStep, usesDefaultToken } from './wake-step.ts';

/** Whether settings and workflows are in order, and whether there are people behind the roles. */
export function checkSettings(facts: DoctorFacts): readonly Finding[] {
  const text = facts.files.get(SETTINGS_PATH);
  const settings = text === undefined ? null : readSettings({ path: SETTINGS_PATH, text }).settings;
  const files = checkFiles(facts, settings);
  if (text === undefined) {
    return [
      {
        code: 'doctor-settings-missing',
        severity: 'error',
        what: `${SETTINGS_PATH} is not on the default branch: no run starts.`,
        remedy: 'Run treadle init, and bring what it writes to the default branch.',
      },
      ...files,
    ];
  }
  if (settings === null) return files;
  return [
    ...files,
    ...checkRoles(settings, files),
    ...checkMembers(facts, settings),
    ...checkTeams(facts),
    ...checkAgents(facts, settings),
    ...checkAfterMerge(facts, settings),
  ];
}

/** Whether somebody decides, and with what was found already, holds each role. A team has members as far as can be told here. */
function checkRoles({ roles, teams }: SettingsFile, found: readonly Finding[]): readonly Finding[] {
  if ((roles['ceo'] ?? []).length === 0 && (teams['ceo'] ?? []).length === 0) {
    return [
      {
        code: 'doctor-role-held-by-nobody',
        severity: 'error',
        what: 'Nobody holds the role ceo: nothing can be approved, and no escalation answered.',
        remedy: `Name somebody under roles, ceo, in ${SETTINGS_PATH}.`,
      },
    ];
  }
  return found.some(({ code }) => code === 'doctor-role-held-by-nobody')
    ? []
    : [ok('doctor-role-held-by-nobody', 'Somebody holds each role that is used.')];
}

/** Who holds a role is read when a run starts, by the token that Treadle works with. */
function checkTeams({ teams, files }: DoctorFacts): readonly Finding[] {
  if (teams.size === 0) return [];
  const isDefault = usesDefaultToken(findWakeStep(files.get(WAKE_WORKFLOW_PATH) ?? ''));
  const unreadable = [...teams]
    .filter(([, isReadable]) => isDefault || !isReadable)
    .map(([team]) => `@${team}`);
  if (unreadable.length === 0) return [ok('doctor-team-unreadable', 'The members of each team can be read.')];
  return [
    {
      code: 'doctor-team-unreadable',
      severity: isDefault ? 'error' : 'warning',
      what: isDefault
        ? `The default token, with which Treadle works, may not read who is in ${unreadable.join(', ')}: no run starts.`
        : `This token may not read who is in ${unreadable.join(', ')}: where that of Treadle may not either, or there is no such team, no run starts.`,
      remedy: `Name the members in ${SETTINGS_PATH}, or let Treadle work with an App that has the permission members.`,
    },
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
