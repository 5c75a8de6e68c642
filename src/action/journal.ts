import type { RunState } from '../engine/state/run.ts';
import type { Notice } from '../runtime/ports.ts';
import type { Workflow } from '../workflow/model.ts';

/** What a wake did to one run. */
export interface JournalEntry {
  readonly workflow: Workflow;
  readonly state: RunState;
  /** Subjects of the transitions, oldest first, with their commits. */
  readonly steps: readonly { readonly subject: string; readonly oid: string }[];
}

/** What happened while a wake worked, by run. */
export interface Journal {
  readonly observe: (notice: Notice) => void;
  readonly runs: ReadonlyMap<string, JournalEntry>;
  /** What went wrong and is tried again, for people. */
  readonly problems: readonly string[];
}

/** Opens a journal that also says each thing at once, as a line of the log. */
export function openJournal(say: (line: string) => void): Journal {
  const runs = new Map<string, JournalEntry>();
  const problems: string[] = [];
  return {
    runs,
    problems,
    observe(notice) {
      switch (notice.type) {
        case 'transition': {
          const { subject, oid, workflow, state } = notice;
          const steps = [...(runs.get(state.run.id)?.steps ?? []), { subject, oid }];
          runs.set(state.run.id, { workflow, state, steps });
          say(`${oid.slice(0, 8)} ${subject}`);
          return;
        }
        case 'problem':
          problems.push(notice.message);
          say(`problem: ${notice.message}`);
          return;
        case 'conflict':
          say(`somebody else pushed first (attempt ${notice.attempt}): deciding again on what they left`);
          return;
        case 'performing':
          say(`${notice.run}: ${notice.what}`);
      }
    },
  };
}
