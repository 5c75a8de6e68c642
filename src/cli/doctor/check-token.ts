import type { DoctorFacts, TokenKind } from './facts.ts';
import { notChecked, ok, type Finding } from './finding.ts';

/** Farther apart than this, times here and there are not to be compared. */
const MOST_SKEW_SECONDS = 60;

const KINDS: Readonly<Record<TokenKind, Pick<Finding, 'severity' | 'what' | 'remedy'>>> = {
  classic: {
    severity: 'note',
    what: 'a classic personal token: it acts as its owner, and what it does wakes workflows',
    remedy: 'Its owner cannot approve what it opens. For a team, use an App.',
  },
  'fine-grained': {
    severity: 'note',
    what: 'a fine-grained personal token: it acts as its owner, and what it does wakes workflows',
    remedy: 'Its owner cannot approve what it opens. For a team, use an App.',
  },
  'user-to-app': {
    severity: 'note',
    what: 'a token of an App on behalf of a person: it acts as that person, and what it does wakes workflows',
    remedy: 'That person cannot approve what it opens. For a team, use a token of an installation.',
  },
  app: {
    severity: 'ok',
    what: "a token of an App's installation: it has an identity of its own, and what it does wakes workflows",
    remedy: null,
  },
  default: {
    severity: 'note',
    what: 'the default token of a workflow: what it does wakes no workflow, save workflow_dispatch and repository_dispatch',
    remedy: 'Where its comments or pull requests are to start workflows, use an App.',
  },
  unknown: {
    severity: 'note',
    what: 'a token of a kind that is not known here',
    remedy: 'Use a personal token, or one of an App.',
  },
};

/** What kind of token this is, and whether it suffices. */
export function checkToken({ token, repository, now }: DoctorFacts): readonly Finding[] {
  const who = token.login === null ? '' : `, of ${token.login}`;
  const kind = KINDS[token.kind];
  const findings: Finding[] = [{ code: 'doctor-token-kind', ...kind, what: `This is ${kind.what}${who}.` }];
  if (repository.kind === 'hidden') return [...findings, notChecked(repository.problem)];
  const { permission, scopes, answeredAt } = repository.value;
  if (token.kind === 'classic' && scopes !== null)
    findings.push(checkScopes(scopes, repository.value.private));
  if (permission === null) {
    findings.push(notChecked('the forge does not say what this token may do'));
  } else if (['admin', 'maintain', 'write'].includes(permission)) {
    findings.push(ok('doctor-permission', `The token has the permission ${permission}.`));
  } else {
    findings.push({
      code: 'doctor-permission',
      severity: 'error',
      what: `The token has the permission ${permission} only: Treadle writes issues, pull requests and contents.`,
      remedy: 'Give the account, or the App, write permission on the repository.',
    });
  }
  if (answeredAt !== null) findings.push(checkClock(now, answeredAt));
  return findings;
}

function checkScopes(scopes: readonly string[], isPrivate: boolean): Finding {
  const suffices = scopes.includes('repo') || (!isPrivate && scopes.includes('public_repo'));
  if (!suffices) {
    return {
      code: 'doctor-token-scopes',
      severity: 'error',
      what: `The token has the scopes ${scopes.join(', ') || '(none)'}, and lacks repo.`,
      remedy: 'Make a token with the scopes repo and workflow.',
    };
  }
  if (scopes.includes('workflow')) return ok('doctor-token-scopes', 'The token has the scopes it needs.');
  return {
    code: 'doctor-token-scopes',
    severity: 'note',
    what: 'The token lacks the scope workflow: it can neither push workflow files nor merge changes of them.',
    remedy: 'Add the scope workflow, if treadle init is to push with it.',
  };
}

function checkClock(now: string, answeredAt: string): Finding {
  const seconds = Math.round((Date.parse(now) - Date.parse(answeredAt)) / 1000);
  if (Math.abs(seconds) <= MOST_SKEW_SECONDS) return ok('doctor-clock-skew', 'The clocks agree.');
  return {
    code: 'doctor-clock-skew',
    severity: 'warning',
    what: `The clock here is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} the forge's.`,
    remedy: 'Set the clock by a time server: deadlines and claims are measured by it.',
  };
}
