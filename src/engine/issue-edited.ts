import { canonicalJsonLine } from '../base/canonical-json.ts';
import { sha256, type Sha256 } from '../base/digest.ts';
import type { Draft } from './draft.ts';
import type { IssueEdited } from './event.ts';
import { openGateOf } from './gate.ts';
import { jobsAndLegs } from './legs.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import type { RunDocument, Trigger } from './state/run.ts';
import { askAgain, callAgain, isStillOfUse, isUsedApproval } from './void-approval.ts';

/** What a bead asks for, as a text approval is bound to it: its title and its text. */
export function digestOfBead({ title, body }: Pick<Trigger['issue'], 'title' | 'body'>): Sha256 {
  return sha256(canonicalJsonLine({ title, body }));
}

/** What a run knows its bead to ask for. */
export function knownBead({ beadText, trigger }: Pick<RunDocument, 'beadText' | 'trigger'>): Sha256 {
  return beadText ?? digestOfBead(trigger.issue);
}

/**
 * The title or the text of the bead was edited. Every approval of text that was asked for before is void, answered or not, as long as
 * nothing was merged: agents and reviewers read the bead besides what is shown. An approval of code is bound to the code, and stays.
 */
export function applyIssueEdited(draft: Draft, event: IssueEdited): Outcome {
  const { run } = draft;
  if (event.text === knownBead(run) || run.overrides.includes(event.id))
    return ignored('that is known already');
  draft.patchRun({ beadText: event.text, overrides: [...run.overrides, event.id] });
  if (run.cancelled !== null) return applied('run', 'bead edited');
  const resting = new Set([...jobsAndLegs(draft)].filter((job) => restsOnBead(draft, job)));
  // What comes after another one is asked again with it.
  const first = [...resting].filter((job) => {
    const before = draft.workflow.graph.ancestors(job);
    return ![...resting].some((other) => before.has(other));
  });
  const reason = 'the title or text of the issue was edited after this was asked';
  for (const job of first) voidApproval(draft, job, reason);
  return applied(first.length === 0 ? 'run' : first.join(', '), 'bead edited');
}

/** Whether a job asks for an approval of text, was given one that is in use, or called a run that was. */
function restsOnBead(draft: Draft, job: string): boolean {
  const document = draft.document(job);
  const gate = document?.gate ?? null;
  if (gate?.kind === 'text' && document?.escalation === null)
    return openGateOf(draft, job) !== undefined || isUsedApproval(draft, job, gate);
  const given = document?.given?.approvals ?? [];
  return given.some(({ kind }) => kind === 'text') && isStillOfUse(draft, job);
}

function voidApproval(draft: Draft, job: string, reason: string): void {
  const gate = draft.document(job)?.gate ?? null;
  if (gate === null) callAgain(draft, job, reason);
  else askAgain(draft, job, gate, reason);
}
