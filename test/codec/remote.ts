import { sha256 } from '../../src/base/digest.ts';
import type { Effect, EffectResult } from '../../src/engine/effect.ts';

/** What performing an effect came to on a forge that numbers what it opens by what opens it. */
export function remoteOf(effect: Effect): EffectResult {
  const number = Number.parseInt(sha256(JSON.stringify(effect)).slice(0, 6), 16) + 1000;
  const head = sha256(`head ${number}`).slice(0, 40);
  switch (effect.type) {
    case 'open_gate':
      return effect.job === 'review'
        ? { kind: 'done', remote: { pull: 12, head } }
        : { kind: 'done', remote: { pull: number, head } };
    case 'open_escalation':
      return { kind: 'done', remote: { issue: number, pull: number + 1, head } };
    case 'dispatch':
      return { kind: 'done', remote: { comment: number, workflowRun: number + 2, head } };
    case 'update_status':
    case 'reply':
    case 'remind_ceo':
      return { kind: 'done', remote: { comment: number } };
    case 'merge_pull':
      return { kind: 'done', remote: { head } };
    case 'run_steps':
    case 'cancel_steps':
    case 'cancel_dispatch':
    case 'close_gate':
    case 'close_escalation':
    case 'leave_merge_queue':
    case 'start_workflow':
    case 'reopen_issue':
    case 'close_issue':
      return { kind: 'done', remote: {} };
  }
}
