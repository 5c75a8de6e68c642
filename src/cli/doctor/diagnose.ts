import { checkActions } from './check-actions.ts';
import { checkSettings } from './check-settings.ts';
import { checkStateBranch } from './check-state-branch.ts';
import { checkToken } from './check-token.ts';
import { checkVariables } from './check-variables.ts';
import type { DoctorFacts } from './facts.ts';
import { notChecked, ok, type Finding, type Severity } from './finding.ts';

const ORDER: readonly Severity[] = ['error', 'warning', 'note', 'ok'];

/** Everything that is to be said about a set-up, worst first. Pure. */
export function diagnose(facts: DoctorFacts): readonly Finding[] {
  const findings = [
    ...checkRepository(facts),
    ...checkToken(facts),
    ...checkActions(facts),
    ...checkStateBranch(facts),
    ...checkSettings(facts),
    ...checkVariables(facts),
  ];
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

function checkRepository({ repository }: DoctorFacts): readonly Finding[] {
  if (repository.kind === 'hidden') return [notChecked(repository.problem)];
  const { archived, hasIssues } = repository.value;
  return [
    archived
      ? {
          code: 'doctor-repository-archived',
          severity: 'error',
          what: 'The repository is archived: nothing can be written to it.',
          remedy: 'Unarchive it: Settings → General.',
        }
      : ok('doctor-repository-archived', 'The repository is not archived.'),
    hasIssues
      ? ok('doctor-issues-disabled', 'The repository has issues.')
      : {
          code: 'doctor-issues-disabled',
          severity: 'error',
          what: 'Issues are switched off, and every bead is one.',
          remedy: 'Switch them on: Settings → General → Features.',
        },
  ];
}
