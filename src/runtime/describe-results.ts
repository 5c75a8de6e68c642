import type { EffectResult } from '../engine/effect.ts';
import type { RecordedEffect } from '../engine/event.ts';
import type { OutboxEntry } from '../engine/state/outbox.ts';
import type { LoadedRun } from './run-documents.ts';

/** The subject of an `effects_recorded` commit: what was done, for each run. */
export function describeResults(
  results: readonly RecordedEffect[],
  runs: ReadonlyMap<string, LoadedRun>,
): string {
  const parts = [...runs].map(([id, { state }]) => {
    const done = results
      .filter((result) => result.run === id)
      .map((result) => {
        const entry = state.run.outbox.find((candidate) => candidate.id === result.effect);
        return entry === undefined ? null : describe(entry, result.result);
      })
      .filter((text) => text !== null);
    return `#${state.run.issue} ${state.run.workflow}: ${done.join(', ')}`;
  });
  return parts.join('; ').slice(0, 160);
}

function describe({ effect }: OutboxEntry, result: EffectResult): string {
  if (result.kind === 'failed') return `could not ${effect.type.replaceAll('_', ' ')}`;
  if (result.kind === 'dropped') return `${effect.type.replaceAll('_', ' ')} no longer needed`;
  if (result.kind === 'prepared') return `prepared to ${effect.type.replaceAll('_', ' ')}`;
  const { pull, issue } = result.remote;
  switch (effect.type) {
    case 'dispatch':
      return `dispatched ${effect.job}`;
    case 'run_steps':
      return `ran the steps of ${effect.job}`;
    case 'cancel_steps':
      return `ended the steps of ${effect.job}`;
    case 'cancel_dispatch':
      return `cancelled a dispatch of ${effect.job}`;
    case 'open_gate':
      return `asked for ${effect.job}${pull === undefined ? '' : ` in #${pull}`}`;
    case 'close_gate':
      return `closed decision #${effect.pull}`;
    case 'open_escalation':
      return `asked the CEO about ${effect.job}${issue === undefined ? '' : ` in #${issue}`}`;
    case 'close_escalation':
      return `closed CEO bead #${effect.issue}`;
    case 'remind_ceo':
      return `reminded the CEO on #${effect.issue}`;
    case 'merge_pull':
      return `merged #${effect.pull}`;
    case 'leave_merge_queue':
      return `took #${effect.pull} out of the merge queue`;
    case 'start_workflow':
      return `saw to ${effect.workflow} after the merge`;
    case 'reply':
      return 'replied';
    case 'update_status':
      return 'status comment brought up to date';
    case 'reopen_issue':
      return 'bead opened again';
    case 'close_issue':
      return 'bead closed';
  }
}
