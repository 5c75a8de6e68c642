import { TreadleError } from '../../base/errors.ts';
import { parseImported } from '../../beads/render-bead.ts';
import { rootCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Issue } from '../../forge/port/issues.ts';
import type { Documents } from '../../store/documents.ts';
import type { RepositoryConfig } from '../repository-config.ts';
import { loadIssueIndex } from '../run-documents.ts';

/** Where ingest starts runs from. */
export interface Intake {
  readonly repository: string;
  /** What the default branch says now. Asked for only where an issue may start a run. Throws `config-missing`, `config-invalid`. */
  readonly config: () => Promise<RepositoryConfig>;
  /** How many runs a wake may start of issues it finds; the others wait for the next one. */
  readonly maxNewRuns: number;
}

/** What may be started now. `unread`: this wake starts nothing, or found nothing to start. `invalid`: why it cannot be known. */
export type Catalog =
  | { readonly kind: 'unread' }
  | { readonly kind: 'invalid'; readonly problem: string }
  | {
      readonly kind: 'read';
      readonly repository: string;
      readonly found: RepositoryConfig;
      readonly maxNewRuns: number;
    };

/**
 * Reads settings and workflows where one of the issues may start a run, or somebody asks for them (`isAsked`). Settings that cannot be used hold up no run that is going
 * on: they are a remark, and the issues wait.
 *
 * @param since when a branch that has no state yet begins to count
 */
export async function readCatalog(
  documents: Documents,
  intake: Intake | null,
  issues: readonly Issue[],
  isAsked = false,
  since: string | null = null,
): Promise<Catalog> {
  if (intake === null || (intake.maxNewRuns === 0 && !isAsked)) return { kind: 'unread' };
  if (isAsked) return readNow(intake);
  for (const issue of issues) {
    if (issue.state !== 'open' || !(await mayStart(documents, issue, since))) continue;
    return readNow(intake);
  }
  return { kind: 'unread' };
}

async function readNow({ repository, maxNewRuns, config }: Intake): Promise<Catalog> {
  try {
    return { kind: 'read', repository, found: await config(), maxNewRuns };
  } catch (error) {
    if (!(error instanceof TreadleError) || !error.code.startsWith('config-')) throw error;
    return { kind: 'invalid', problem: error.message };
  }
}

/**
 * Whether an issue may start a run by itself: once, and only if it is younger than the branch. Older ones are started by hand, and
 * so are those that were imported, however many they are.
 */
export async function mayStart(
  documents: Documents,
  issue: Issue,
  first: string | null = null,
): Promise<boolean> {
  const since = (await documents.read(layout.root, rootCodec))?.since ?? first;
  if (since === null || issue.createdAt < since) return false;
  if (parseImported(issue.body) !== null) return false;
  const { runs, escalation } = await loadIssueIndex(documents, issue.number);
  return runs.length === 0 && escalation === null;
}
