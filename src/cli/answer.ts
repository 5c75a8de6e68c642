import { reportersOf } from '../engine/hand-over.ts';
import { documentsOf } from '../engine/legs.ts';
import { TreadleError } from '../base/errors.ts';
import type { Member } from '../engine/config.ts';
import type { Account } from '../forge/port/people.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { ReviewedPull } from '../forge/port/pulls.ts';
import { mayApprove, reasonNotToCount } from '../runtime/authorise.ts';
import type { FoundRun } from './find-run.ts';
import { readPermission } from './github/read-permission.ts';
import type { Speakers } from './speech.ts';

/** A person's answer to a gate or an escalation. */
export interface Answer {
  readonly verdict: 'approve' | 'reject';
  /** Null: the one gate or escalation that is open. */
  readonly job: string | null;
  readonly reason: string;
  /** Whose word it is; null: the speaker's, or where anybody can speak, the first holder's of the role that is asked. */
  readonly as: string | null;
}

/** An open question of a run: the pull request whose review answers it. */
export interface Question {
  readonly job: string;
  readonly role: string;
  readonly pull: number;
}

/**
 * Answers by reviewing the decision pull request as a holder of the role, exactly as a person does on GitHub. Whose word would not
 * count hears why, and nothing is said. Returns what was answered, and as whom.
 */
export async function answerGate(
  { speaker, forgeAs }: Speakers,
  found: FoundRun,
  answer: Answer,
): Promise<Question & { readonly login: string }> {
  const question = findQuestion(found, answer.job);
  const holders = found.config.roles[question.role] ?? [];
  const login = answer.as ?? speaker?.login ?? holders.find(({ kind }) => kind === 'user')?.login;
  if (login === undefined) {
    throw new TreadleError('not-found', `nobody holds the role ${question.role}`, {
      remedy: 'Add somebody to it in .github/treadle.yml, and commit that.',
    });
  }
  if (findHolder(holders, login, speaker) === undefined) {
    const names = holders.map((holder) => holder.login).join(', ');
    throw new TreadleError(
      'usage',
      `${login} does not hold the role ${question.role}, so their answer would not count`,
      { remedy: names === '' ? 'Nobody does.' : `These do: ${names}` },
    );
  }
  const forge = forgeAs(login);
  const [pull] = await forge.pulls.reviewed([question.pull]);
  if (pull === undefined) throw new TreadleError('not-found', `pull request #${question.pull} is gone`);
  if (speaker !== null) await checkReviewer(forge, { found, question, pull, speaker });
  const reviewed = await forge.pulls.review(question.pull, {
    verdict: answer.verdict === 'approve' ? 'approve' : 'request_changes',
    body: answer.reason,
    head: pull.head.oid,
  });
  if (reviewed.kind === 'refused') throw reviewRefused(login, question, reviewed.problem);
  return { ...question, login };
}

/** Whether the state shows that a question was answered, or is asked no more. */
export function isAnswered({ state }: FoundRun, { job, pull }: Question): boolean {
  const document = state.jobs[job];
  const asked = document?.escalation?.pull ?? document?.gate?.pull ?? null;
  return state.run.jobs[job]?.status !== 'waiting' || asked !== pull;
}

/** The member who speaks: by the numeric id where the speaker is known, since logins change hands. */
export function findHolder(
  holders: readonly Member[],
  login: string,
  speaker: Account | null,
): Member | undefined {
  return holders.find((holder) =>
    speaker?.login === login ? holder.id === speaker.id : holder.login === login,
  );
}

async function checkReviewer(
  forge: Forge,
  review: {
    readonly found: FoundRun;
    readonly question: Question;
    readonly pull: ReviewedPull;
    readonly speaker: Account;
  },
): Promise<void> {
  const { found, question, pull, speaker } = review;
  const { config, state } = found;
  const permission = await readPermission(forge, speaker.login);
  const word = {
    id: 0,
    author: speaker,
    state: 'approved',
    body: '',
    commit: pull.head.oid,
    submittedAt: null,
    mayWrite: mayApprove(permission),
  } as const;
  const reporters = reportersOf(documentsOf(state), question.job);
  const reason = reasonNotToCount(word, { config, role: question.role, reporters, pull, permission });
  if (reason !== null) throw reviewRefused(speaker.login, question, reason);
}

function reviewRefused(login: string, { role, pull }: Question, problem: string): TreadleError {
  return new TreadleError('review-refused', `${login} cannot answer on #${pull}: ${problem}`, {
    remedy: `Let somebody else who holds the role ${role} answer, each under their own name; or overrule it as the CEO by a comment on the bead: /treadle approve WHY`,
  });
}

function findQuestion({ state, workflow }: FoundRun, wanted: string | null): Question {
  const id = wanted === null ? null : (workflow.graph.resolve(wanted) ?? wanted);
  const open = Object.values(state.jobs).flatMap((job): Question[] => {
    if (state.run.jobs[job.id]?.status !== 'waiting') return [];
    if (job.escalation !== null) {
      return job.escalation.pull === null ? [] : [{ job: job.id, role: 'ceo', pull: job.escalation.pull }];
    }
    return job.gate?.pull == null ? [] : [{ job: job.id, role: job.role ?? 'ceo', pull: job.gate.pull }];
  });
  const fitting = open.filter(({ job }) => id === null || job === id);
  const [question, other] = fitting;
  const names = open.map(({ job }) => job).join(', ');
  if (question === undefined) {
    throw new TreadleError(
      'refused',
      `nothing of run ${state.run.id} waits for an answer${id === null ? '' : ` in job ${id}`}`,
      {
        remedy:
          open.length === 0 ? `See what it waits for: treadle explain ${state.run.id}` : `These do: ${names}`,
      },
    );
  }
  if (other !== undefined) {
    throw new TreadleError('usage', `several jobs of run ${state.run.id} wait for an answer: ${names}`, {
      remedy: 'Say which: --job JOB',
    });
  }
  return question;
}
