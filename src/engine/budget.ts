import { DEFAULT_LIMITS, type Limits } from '../workflow/limits.ts';
import type { Draft, RunView } from './draft.ts';
import type { LimitCause } from './state/escalation.ts';
import type { MeterDocument } from './state/meter.ts';
import type { Spent } from './state/run.ts';
import type { Usage } from './state/job.ts';

/** A limit that the next dispatch would go beyond. */
export interface ReachedLimit {
  readonly cause: LimitCause;
  /** In plain words, for the CEO. */
  readonly reason: string;
  /** Whether it is the repository's: then other runs may have reached it, too. */
  readonly isShared: boolean;
}

/** The limits that a run is pinned to. */
export function limitsOf({ config }: Pick<RunView, 'config'>): Limits {
  return config.settings.limits ?? DEFAULT_LIMITS;
}

/** The limit that one more dispatch would go beyond, or null. Counted in the committed state, so that no restart forgets it. */
export function findReachedLimit(draft: Draft): ReachedLimit | null {
  const limits = limitsOf(draft);
  const { dispatches, inHour, tokens, costUsd } = spentNow(draft);
  const own = (cause: LimitCause, reason: string): ReachedLimit => ({ cause, reason, isShared: false });
  if (limits.tokensPerRun !== null && tokens >= limits.tokensPerRun)
    return own(
      'budget',
      `the agents reported ${tokens} tokens, ${limits.tokensPerRun} are allowed for a run`,
    );
  if (limits.costUsdPerRun !== null && costUsd >= limits.costUsdPerRun) {
    const reason = `the agents reported a cost of ${dollars(costUsd)}, ${dollars(limits.costUsdPerRun)} are allowed for a run`;
    return own('budget', reason);
  }
  if (dispatches >= limits.hops)
    return own('hops', `the run was dispatched ${dispatches} times, which is all that it may be`);
  if (inHour >= limits.dispatchesPerHourPerRun)
    return own(
      'dispatches',
      `the run was dispatched ${inHour} times within the hour, which is all that it may be`,
    );
  const meter = meterNow(draft);
  if (meter.dispatches < limits.dispatchesPerHour) return null;
  const reason = `the repository dispatched ${meter.dispatches} times within the hour, which is all that it may`;
  return { cause: 'dispatches', reason, isShared: true };
}

/** Counts a dispatch: of the run, of its hour, and of the repository's. */
export function countDispatch(draft: Draft): void {
  const spent = spentNow(draft);
  draft.patchRun({ spent: { ...spent, dispatches: spent.dispatches + 1, inHour: spent.inHour + 1 } });
  const meter = meterNow(draft);
  draft.setMeter({ ...meter, dispatches: meter.dispatches + 1 });
}

/** Counts what an agent says that its turn cost. */
export function countUsage(draft: Draft, usage: Usage | null): void {
  if (usage === null) return;
  const spent = spentNow(draft);
  const tokens = spent.tokens + Math.round(usage.tokens ?? 0);
  const costUsd = roundCost(spent.costUsd + (usage.costUsd ?? 0));
  if (tokens !== spent.tokens || costUsd !== spent.costUsd) {
    draft.patchRun({ spent: { ...spent, tokens, costUsd } });
  }
}

/** Writes down that a job of this run is with the CEO because of the repository's limit. */
export function tripMeter(draft: Draft, job: string): void {
  draft.setMeter({ ...meterNow(draft), tripped: { run: draft.run.id, job } });
}

/** Whether the CEO is being asked about the repository's limit already. */
export function isTripped(draft: Draft): boolean {
  return meterNow(draft).tripped !== null;
}

/** The CEO lets the run go on: it counts anew, and so does the repository where the run stood for it. */
export function forgiveSpending(draft: Draft): void {
  draft.patchRun({ spent: { ...spentNow(draft), dispatches: 0, inHour: 0, tokens: 0, costUsd: 0 } });
  const meter = meterNow(draft);
  if (meter.tripped?.run === draft.run.id) draft.setMeter({ ...meter, dispatches: 0, tripped: null });
}

/** When the clock hour ends in which a moment lies. */
export function endOfHour(at: string): string {
  return new Date((Math.floor(Date.parse(at) / HOUR_MS) + 1) * HOUR_MS).toISOString();
}

const HOUR_MS = 3_600_000;

/** What was spent, with the hour that it is now: another hour begins at nothing. */
function spentNow({ run, cause }: Draft): Spent {
  const hour = hourOf(cause.at);
  const spent = run.spent ?? { dispatches: 0, hour, inHour: 0, tokens: 0, costUsd: 0 };
  return spent.hour === hour ? spent : { ...spent, hour, inHour: 0 };
}

function meterNow({ meter, cause }: Draft): MeterDocument {
  const hour = hourOf(cause.at);
  if (meter === undefined) return { version: 1, hour, dispatches: 0, tripped: null };
  return meter.hour === hour ? meter : { ...meter, hour, dispatches: 0 };
}

function hourOf(at: string): string {
  return at.slice(0, 13);
}

/** Costs are sums of small fractions: what lies below a millionth of a dollar is noise. */
function roundCost(costUsd: number): number {
  return Math.round(costUsd * 1e6) / 1e6;
}

function dollars(costUsd: number): string {
  return `$${costUsd.toFixed(2)}`;
}
