import type { Effect } from '../../src/engine/effect.ts';

/** An effect on one line, for instance `dispatch fix 1.2`. */
export function formatEffect(effect: Effect): string {
  switch (effect.type) {
    case 'dispatch':
      return `dispatch ${effect.job} ${effect.attempt}.${effect.turn}`;
    case 'run_steps':
      return `run_steps ${effect.job} ${effect.attempt}${effect.pull === null ? '' : ` #${effect.pull}`}`;
    case 'cancel_steps':
      return `cancel_steps ${effect.job} ${effect.attempt}${effect.force === true ? ' by force' : ''}`;
    case 'cancel_dispatch':
      return `cancel_dispatch ${effect.job}`;
    case 'open_gate':
      return `open_gate ${effect.job} ${effect.attempt}`;
    case 'close_gate':
      return `close_gate ${effect.job} #${effect.pull}`;
    case 'open_escalation':
      return `open_escalation ${effect.job}`;
    case 'close_escalation':
      return `close_escalation #${effect.issue}: ${effect.answer}`;
    case 'remind_ceo':
      return `remind_ceo #${effect.issue} ${effect.number}`;
    case 'merge_pull':
      return `merge_pull ${effect.job} #${effect.pull}`;
    case 'leave_merge_queue':
      return `leave_merge_queue #${effect.pull}`;
    case 'start_workflow':
      return `start_workflow ${effect.workflow} ${effect.commit}`;
    case 'reply':
      return `reply @${effect.to}: ${effect.text}`;
    case 'update_status':
      return 'update_status';
    case 'reopen_issue':
      return 'reopen_issue';
    case 'close_issue':
      return `close_issue ${effect.reason}`;
  }
}
