import { canonicalJsonLine } from '../base/canonical-json.ts';
import { sha256, type Sha256 } from '../base/digest.ts';
import type { Draft } from './draft.ts';
import type { IssueEdited } from './event.ts';
import { openGateOf } from './gate.ts';
import { jobsAndLegs } from './legs.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import type { RunDocument, Trigger } from './state/run.ts';
import {
  askAgain,
  callAgain,
  escalateApproval,
  escalateVoided,
  isStillOfUse,
  isUsedApproval,
} from './void-approval.ts';

/** How often edits have one approval asked for again: whoever filed the issue may edit it without end. */
const MOST_VOIDINGS = 5;
const REASON = 'the title or text of the issue was edited after this was asked';

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
 * nothing was merged: agents and reviewers read the bead besides what is shown. After a few times it is the CEO who is asked, once. An
 * approval of code is bound to the code, and stays.
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
  for (const job of first) voidApproval(draft, job);
  return applied(first.length === 0 ? 'run' : first.join(', '), 'bead edited');
}

/** Whether a job asks for an approval of text, was given one or the CEO's word instead that is in use, or called a run that was. */
function restsOnBead(draft: Draft, job: string): boolean {
  const document = draft.document(job);
  const gate = document?.gate ?? null;
  if (gate?.kind === 'text' && document?.escalation === null)
    return openGateOf(draft, job) !== undefined || isUsedApproval(draft, job, gate);
  const given = document?.given?.approvals ?? [];
  const isGiven = wasPassed(draft, job) || given.some(({ kind }) => kind === 'text');
  return isGiven && isStillOfUse(draft, job);
}

/** Whether the CEO let an approval of text pass that nobody gave. */
function wasPassed(draft: Draft, job: string): boolean {
  const definition = draft.definition(job);
  const isOfText = definition?.type === 'approval' && definition.pullRequest === null;
  return isOfText && draft.document(job)?.passed != null;
}

function voidApproval(draft: Draft, job: string): void {
  const { gate = null, passed = null } = draft.document(job) ?? {};
  if (passed !== null) escalateVoided(draft, job, passed, REASON);
  else if (gate === null) callAgain(draft, job, REASON);
  else if (gate.voided.filter((reason) => reason === REASON).length < MOST_VOIDINGS)
    askAgain(draft, job, gate, REASON);
  else escalateApproval(draft, job, `${REASON}, for the ${MOST_VOIDINGS + 1}th time: ${ADVICE}`);
}

const ADVICE =
  'find out what the issue is to ask for, and have it left alone; then a retry has the approval asked for again';
