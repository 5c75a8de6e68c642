import type { Draft } from './draft.ts';

/** Has the bead's status comment brought up to date: one such wish is enough, so the newest takes the place of older ones. */
export function renewStatus(draft: Draft): void {
  const outbox = draft.run.outbox.filter((entry) => entry.effect.type !== 'update_status');
  draft.patchRun({ outbox });
  draft.emit({ type: 'update_status' });
}
