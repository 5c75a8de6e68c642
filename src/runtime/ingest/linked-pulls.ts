import type { AnswerIndex } from '../../codec/documents.ts';
import type { LinkedPull } from '../../forge/port/assignees.ts';
import type { Documents } from '../../store/documents.ts';
import type { Definitions } from '../definitions.ts';
import { loadRun } from '../run-documents.ts';
import type { AddressedHappening } from '../wake.ts';
import type { Reading } from './reading.ts';
import { pickSlice } from './watchers.ts';
import { definitionOf } from '../../workflow/leg.ts';

/** The output in which an assigned agent's pull request is reported, where the job declares it. */
const PULL_OUTPUT = 'pull-request';

/** Beads that one query looks at; where more are assigned, those of one wake follow those of another. */
const MOST_LOOKED_AT = 50;

/**
 * Answers of agents that the bead is assigned to: a pull request of theirs that closes the bead, and that left draft (or was opened
 * ready) after the turn was dispatched.
 */
export async function readLinkedPulls(
  { forge, documents, definitions, fraction }: Reading,
  awaited: readonly AnswerIndex[],
): Promise<readonly AddressedHappening[]> {
  if (awaited.length === 0) return [];
  const assigned = [...new Set(awaited.map(({ run }) => issueOf(run)))];
  const issues = pickSlice(assigned, MOST_LOOKED_AT, fraction);
  const linked = await forge.assignees.linkedPulls(issues);
  const facts: AddressedHappening[] = [];
  for (const each of awaited) {
    const ready = (linked.get(issueOf(each.run)) ?? []).filter((pull) => isReady(pull, each.since));
    const fact = ready.length === 0 ? null : await answerBy(documents, definitions, each, ready);
    if (fact !== null) facts.push(fact);
  }
  return facts;
}

function isReady({ draft, state, readyAt }: LinkedPull, since: string): boolean {
  return !draft && state !== 'closed' && readyAt >= since;
}

async function answerBy(
  documents: Documents,
  definitions: Definitions,
  { run, job, dispatch }: AnswerIndex,
  ready: readonly LinkedPull[],
): Promise<AddressedHappening | null> {
  const loaded = await loadRun(documents, run);
  const turn = loaded?.state.jobs[job]?.attempts.at(-1)?.turns.at(-1);
  if (loaded === undefined || turn?.dispatch !== dispatch) return null;
  const { assignee } = turn;
  const pull = ready
    .filter(({ author, base }) => author === assignee.id && base === loaded.config.settings.baseBranch)
    .sort((a, b) => b.number - a.number)[0];
  if (pull === undefined) return null;
  const node = definitionOf(await definitions.load(documents, loaded.state.run.definition), job);
  const declared = node !== undefined && 'declaredOutputs' in node ? node.declaredOutputs : [];
  const isDeclared = declared.some(({ name }) => name === PULL_OUTPUT);
  return {
    run,
    happening: {
      type: 'report_received',
      dispatch,
      job,
      outcome: 'success',
      outputs: isDeclared ? { [PULL_OUTPUT]: String(pull.number) } : {},
      summary: `Pull request #${pull.number} is ready for review`,
      usage: null,
      source: `pull request ${pull.number}`,
    },
    actor: { kind: assignee.kind, login: assignee.login, id: assignee.id },
    ground: `is the assignee, and opened #${pull.number}`,
    at: pull.readyAt,
    cause: ['pull', pull.number, dispatch],
  };
}

/** A run is named after its bead: `42-1`. */
function issueOf(run: string): number {
  return Number.parseInt(run, 10);
}
