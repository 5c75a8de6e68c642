import { TreadleError } from '../base/errors.ts';
import type { FoundRun } from './find-run.ts';
import type { Session } from './local/session.ts';

/** A person's answer to a gate or an escalation. */
export interface Answer {
  readonly verdict: 'approve' | 'reject';
  /** Null: the one gate or escalation that is open. */
  readonly job: string | null;
  readonly reason: string;
  /** Whose word it is; null: the first holder of the role that is asked. */
  readonly as: string | null;
}

/** An open question of a run: the pull request whose review answers it. */
interface Question {
  readonly job: string;
  readonly role: string;
  readonly pull: number;
}

/** Answers by reviewing the decision pull request as a holder of the role, exactly as a person does on GitHub. */
export async function answerGate(session: Session, found: FoundRun, answer: Answer): Promise<void> {
  const question = findQuestion(found, answer.job);
  const holders = found.config.roles[question.role] ?? [];
  const login = answer.as ?? holders.find(({ kind }) => kind === 'user')?.login;
  if (login === undefined) {
    throw new TreadleError('not-found', `nobody holds the role ${question.role}`, {
      remedy: 'Add somebody to it in .github/treadle.yml, and commit that.',
    });
  }
  if (!holders.some((holder) => holder.login === login)) {
    const names = holders.map((holder) => holder.login).join(', ');
    throw new TreadleError(
      'usage',
      `${login} does not hold the role ${question.role}, so their answer would not count`,
      {
        remedy: `These do: ${names}`,
      },
    );
  }
  const forge = session.forgeAs(login);
  const pull = await forge.pulls.get(question.pull);
  if (pull === undefined) throw new TreadleError('not-found', `pull request #${question.pull} is gone`);
  const reviewed = await forge.pulls.review(question.pull, {
    verdict: answer.verdict === 'approve' ? 'approve' : 'request_changes',
    body: answer.reason,
    head: pull.head.oid,
  });
  if (reviewed.kind === 'refused') {
    throw new TreadleError(
      'review-refused',
      `${login} cannot answer on #${question.pull}: ${reviewed.problem}`,
      {
        remedy: `Let somebody else who holds the role ${question.role} answer: --as LOGIN`,
      },
    );
  }
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
