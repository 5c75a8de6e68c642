import { parseReport } from '../../codec/report-block.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import { inlineCode, parseMarker } from '../../engine/view/markdown.ts';
import type { Account, Comment, Forge } from '../../forge/port.ts';
import type { Documents } from '../../store/documents.ts';
import type { Definitions } from '../definitions.ts';
import { parseShownHead } from '../perform/head-to-merge.ts';
import { loadIssueIndex, loadRun } from '../run-documents.ts';

/**
 * For new answers to dispatches of commit jobs: dispatch → the head that its comment put before the engineering manager. Only
 * that head may be merged on their word.
 */
export async function readShownHeads(
  forge: Forge,
  documents: Documents,
  definitions: Definitions,
  fresh: readonly Comment[],
  viewer: Account,
): Promise<ReadonlyMap<string, string>> {
  const heads = new Map<string, string>();
  const answers = fresh.filter(({ body }) => mayAnswer(body));
  for (const issue of new Set(answers.map((comment) => comment.issue))) {
    const dispatches = await openCommits(documents, definitions, issue);
    if (dispatches.length === 0) continue;
    const ours = (await forge.comments.on(issue)).filter(
      ({ author, body }) => author.id === viewer.id && parseMarker(body) !== undefined,
    );
    for (const dispatch of dispatches) {
      const call = ours.find(({ body }) => body.includes(`dispatch ${inlineCode(dispatch)}`));
      const head = call === undefined ? null : parseShownHead(call.body);
      if (head !== null) heads.set(dispatch, head);
    }
  }
  return heads;
}

function mayAnswer(body: string): boolean {
  return parseSlashCommand(body)?.kind === 'report' || parseReport(body).kind === 'report';
}

/** Open dispatches of the commit jobs of a bead's run. */
async function openCommits(
  documents: Documents,
  definitions: Definitions,
  issue: number,
): Promise<readonly string[]> {
  const { active } = await loadIssueIndex(documents, issue);
  const loaded = active === null ? undefined : await loadRun(documents, active);
  if (loaded === undefined) return [];
  const workflow = await definitions.load(documents, loaded.state.run.definition);
  return Object.values(loaded.state.jobs).flatMap((job) => {
    const turn = job.attempts.at(-1)?.turns.at(-1);
    return turn?.outcome === 'open' && workflow.jobs.get(job.id)?.type === 'commit' ? [turn.dispatch] : [];
  });
}
