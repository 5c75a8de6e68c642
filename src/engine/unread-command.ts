import type { Draft } from './draft.ts';
import type { CommandUnread } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { commandList } from './view/commands.ts';

/** Answers a command that cannot be followed as it is written, once: what is wrong with it, and which commands there are. */
export function answerUnread(draft: Draft, event: CommandUnread): Outcome {
  if (draft.run.overrides.includes(event.id)) return ignored('that was answered already');
  draft.patchRun({ overrides: [...draft.run.overrides, event.id] });
  draft.emit({
    type: 'reply',
    to: event.actor.login,
    text: `${event.actor.login}, nothing was done: ${event.problem.replace(/\.$/, '')}. Please write a new comment, since edits are not read. ${commandList()}`,
    ...(event.issue === undefined ? {} : { issue: event.issue }),
  });
  return applied('run', 'command not followed');
}
