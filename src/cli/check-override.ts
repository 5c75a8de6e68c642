import { TreadleError } from '../base/errors.ts';
import { parseSlashCommand } from '../codec/slash-command.ts';
import type { Actor, OverrideAction, OverrideIssued } from '../engine/event.ts';
import type { RunState } from '../engine/state/run.ts';
import { transition } from '../engine/transition.ts';
import type { FoundRun } from './find-run.ts';

/** An override as it is about to be said. */
export interface Saying {
  /** The whole comment: `/treadle retry why`. */
  readonly words: string;
  readonly actor: Actor;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Finds out what the engine would answer before the word is said, so that whoever says it hears the reason at once. Nothing is
 * changed. Throws `refused` with the engine's reason, `usage` where the words cannot be read.
 */
export function checkOverride(found: FoundRun, { words, actor, at }: Saying): void {
  const command = parseSlashCommand(words);
  if (command?.kind !== 'override') {
    throw new TreadleError(
      'usage',
      command?.kind === 'malformed' ? command.problem : `${words} is no command`,
    );
  }
  const override = aimAtEscalation(found.state, command.override);
  const event: OverrideIssued = {
    version: 1,
    id: 'f'.repeat(24),
    run: found.state.run.id,
    at: at > found.state.run.updatedAt ? at : found.state.run.updatedAt,
    actor,
    ground: 'holds role ceo',
    wake: { wake: 'check', until: at },
    type: 'override_issued',
    override,
    reason: command.reason,
  };
  const outcome = transition({ workflow: found.workflow, config: found.config }, found.state, event);
  const problem = outcome.kind === 'ignored' ? outcome.reason : refusalIn(outcome.state, found.state);
  if (problem === null) return;
  const { id } = found.state.run;
  throw new TreadleError('refused', `run ${id}: ${problem}`, {
    remedy: `Nothing was changed. What the run waits for, and what can be done: treadle explain ${id}`,
  });
}

/** The run is over, so that no word changes it any more. Throws `refused`. */
export function refuseCompleted({ state: { run } }: FoundRun, verb: string): void {
  if (run.status !== 'completed') return;
  throw new TreadleError(
    'refused',
    `run ${run.id} is completed (${run.conclusion ?? 'no conclusion'}): there is nothing to ${verb}`,
    { remedy: `To work on the issue once more: treadle run ${run.workflow} --issue "#${run.issue}"` },
  );
}

/** A word about an escalation is said on its CEO bead, where it means the job that escalated. */
function aimAtEscalation(state: RunState, override: OverrideAction): OverrideAction {
  const job = Object.values(state.jobs).find(({ escalation }) => (escalation?.issue ?? null) !== null)?.id;
  if (job === undefined || !('job' in override) || override.job !== null) return override;
  return { ...override, job };
}

/** The engine answers what it cannot follow with a reply to whoever said it. */
function refusalIn(after: RunState, before: RunState): string | null {
  const known = new Set(before.run.outbox.map(({ id }) => id));
  for (const { id, effect } of after.run.outbox) {
    if (known.has(id) || effect.type !== 'reply') continue;
    return effect.text.replace(/\.$/, '');
  }
  return null;
}
