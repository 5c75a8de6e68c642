import type { Attempt, JobDocument, Turn } from '../state/job.ts';
import { elapsedMs, formatDuration, formatTime } from './duration.ts';
import { inline, inlineCode } from './markdown.ts';

/** An attempt with the job it belongs to. */
export interface DatedAttempt {
  readonly job: string;
  readonly attempt: Attempt;
}

/** The attempts of several jobs, by the time they began. */
export function attemptsOf(documents: readonly JobDocument[]): readonly DatedAttempt[] {
  return documents
    .flatMap(({ id, attempts }) => attempts.map((attempt): DatedAttempt => ({ job: id, attempt })))
    .sort((a, b) => compare(a.attempt.startedAt, b.attempt.startedAt));
}

/** An attempt as an item of a Markdown list, its turns below it. Bounded, whatever its texts hold, but for the number of turns. */
export function attemptItem({ job, attempt }: DatedAttempt): string {
  const { number, startedAt, endedAt, outcome, reason } = attempt;
  const took = endedAt === null ? '' : ` in ${formatDuration(elapsedMs(startedAt, endedAt))}`;
  const why = reason === null || reason === '' ? '' : `: ${inline(reason, 600)}`;
  const head = `- ${formatTime(startedAt)} ${inlineCode(job)} attempt ${number}: **${outcomeWord(outcome)}**${took}${why}`;
  return [head, ...attempt.turns.slice(-SHOWN_TURNS).map(turnItem)].join('\n');
}

/** `max-turns` may be high; the newest turns tell what matters. */
const SHOWN_TURNS = 10;

function turnItem(turn: Turn): string {
  const summary = turn.summary === null || turn.summary === '' ? '' : `: ${inline(turn.summary, 300)}`;
  return `  - turn ${turn.number}, ${inlineCode(turn.assignee.login)}: ${outcomeWord(turn.outcome)}${summary}`;
}

/** An outcome for people. */
export function outcomeWord(outcome: Attempt['outcome'] | Turn['outcome']): string {
  switch (outcome) {
    case 'timed_out':
      return 'timed out';
    case 'open':
      return 'not answered yet';
    case 'continue':
      return 'asked for another turn';
    case 'malformed':
      return 'answer could not be read';
    case 'running':
    case 'success':
    case 'failure':
    case 'rejected':
    case 'cancelled':
    case 'displaced':
    case 'skipped':
    case 'crashed':
      return outcome;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
