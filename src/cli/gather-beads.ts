import type { BeadFacts } from '../beads/judge-bead.ts';
import { layout } from '../codec/layout.ts';
import { awaitedOf, type Awaited } from '../engine/view/awaited.ts';
import type { BeadIssue, IssueReference } from '../forge/port/relations.ts';
import type { Forge } from '../forge/port/forge.ts';
import { selectionFor } from '../runtime/ingest/start.ts';
import type { RepositoryConfig } from '../runtime/repository-config.ts';
import { loadIssueIndex } from '../runtime/run-documents.ts';
import { openDocuments } from '../store/documents.ts';
import type { Store } from '../store/port.ts';
import { findRuns, type FoundRun } from './find-run.ts';

/** All open beads with what decides on whether they can be worked: one request, and one more for each that is related to others. */
export async function gatherBeads(
  forge: Forge,
  store: Store,
  found: RepositoryConfig,
): Promise<readonly BeadFacts[]> {
  const documents = openDocuments(await store.read());
  const facts: BeadFacts[] = [];
  const beads = await forge.relations.beads('open');
  await documents.readAhead(beads.map(({ number }) => layout.issueIndex(number)));
  const indexes = await Promise.all(beads.map(({ number }) => loadIssueIndex(documents, number)));
  const actives = indexes.flatMap(({ active }) => active ?? []);
  const runs = new Map((await findRuns(store, documents, actives)).map((run) => [run.state.run.id, run]));
  for (const [index, issue] of beads.entries()) {
    const { active, escalation } = indexes[index] ?? { active: null, escalation: null };
    const { number, title, labels, createdAt } = issue;
    const run = active === null ? undefined : runs.get(active);
    facts.push({
      number,
      title,
      labels,
      createdAt,
      decidesOn: escalation?.run ?? null,
      activeRun: run === undefined ? null : describeRun(run),
      blockers: await openOnes(forge, issue.openBlockers, () => forge.relations.blockers(number)),
      subIssues: await openOnes(forge, issue.openSubIssues, () => forge.relations.subIssues(number)),
      selection: selectionFor(issue satisfies BeadIssue, true, found),
    });
  }
  return facts;
}

async function openOnes(
  forge: Forge,
  count: number | null,
  list: () => Promise<readonly IssueReference[]>,
): Promise<readonly string[]> {
  if (count === 0) return [];
  return (await list())
    .filter(({ state }) => state === 'open')
    .map(({ repository, number }) =>
      repository.toLowerCase() === forge.repository.toLowerCase() ? `#${number}` : `${repository}#${number}`,
    );
}

function describeRun({ workflow, state }: FoundRun): NonNullable<BeadFacts['activeRun']> {
  const awaited = awaitedOf(workflow, state).filter(({ kind }) => kind !== 'needs');
  return {
    id: state.run.id,
    isEscalated: awaited.some(({ kind }) => kind === 'escalation'),
    waitsFor: awaited.map(describeAwaited).join('; ') || 'nothing is awaited',
  };
}

/** What is awaited, in a few words. */
function describeAwaited(awaited: Awaited): string {
  switch (awaited.kind) {
    case 'paused':
      return `paused by ${awaited.by.login}`;
    case 'agent':
      return `${awaited.job} is with ${awaited.who.login}`;
    case 'approval':
      return `${awaited.job} waits for an approval by ${awaited.role ?? 'its approver'}`;
    case 'escalation':
      return `${awaited.job} waits for the CEO${awaited.issue === null ? '' : ` on #${awaited.issue}`}`;
    case 'retry':
      return `${awaited.job} is tried again at ${awaited.until}`;
    case 'checks':
      if (awaited.state === 'enqueued')
        return `${awaited.job} waits for the merge queue, which has #${awaited.pull}`;
      return awaited.state === 'unmerged'
        ? `${awaited.job} waits for a person to merge #${awaited.pull}`
        : `${awaited.job} waits for the checks of #${awaited.pull}`;
    case 'hour':
      return `${awaited.job} waits for the next hour`;
    case 'lease':
      return `${awaited.job} waits to merge into ${awaited.base}`;
    case 'sub-run':
      return `${awaited.job} waits for run ${awaited.run}`;
    case 'group':
      return `${awaited.job ?? 'the run'} waits for its turn in the group ${awaited.group}`;
    case 'merge':
      return `${awaited.job} merges`;
    case 'effect':
    case 'wake':
      return `${awaited.job ?? 'it'} goes on with the next wake`;
    case 'needs':
      return `${awaited.job} waits for ${awaited.needs.join(', ')}`;
  }
}
