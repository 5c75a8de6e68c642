import {
  autoFiledBody,
  autoFiledLabels,
  autoFiledTitle,
  parseAutoFiled,
  regressionComment,
} from '../beads/auto-filed-text.ts';
import { roleLabel, routeBead } from '../beads/route-bead.ts';
import { AUTO_FILED_LABEL } from '../beads/select-workflow.ts';
import { TreadleError } from '../base/errors.ts';
import type { Sha256 } from '../base/digest.ts';
import type { FingerprintDocument } from '../codec/documents.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { Issue } from '../forge/port/issues.ts';
import { postComment } from './perform/post-comment.ts';
import type { RepositoryConfig } from './repository-config.ts';
import { findRouting } from './routing.ts';
import { addMinutes } from './wake.ts';

/** A bead as it was left. */
export interface WrittenBead {
  readonly fingerprint: Sha256;
  readonly issue: Issue;
  readonly did: 'filed' | 'updated' | 'reopened' | 'left alone';
}

/** What is to be written. */
export interface BeadOrder {
  readonly document: FingerprintDocument;
  /** The run that had the failure fixed before. */
  readonly earlierRun: string | null;
  /** It may have been written already: what was done is looked for, and adopted. */
  readonly isDoubtful: boolean;
}

const CLOCK_DIFFERENCE_MINUTES = 5;

/** Fulfils the wish of a fingerprint: files its bead, brings its text up to date, or reopens it. Done twice, it is done once. */
export async function writeBead(
  forge: Forge,
  found: RepositoryConfig,
  order: BeadOrder,
): Promise<WrittenBead> {
  const { document } = order;
  const { fingerprint, issue } = document;
  const bead = issue === null ? undefined : await forge.issues.get(issue);
  if (bead === undefined || document.wish === 'file') {
    const number = (await findFiled(forge, order)) ?? (await fileBead(forge, found, document));
    return { fingerprint, issue: await readIssue(forge, number), did: 'filed' };
  }
  // Somebody took the mark out, or closed it meanwhile: the bead is theirs.
  const isOurs = parseAutoFiled(bead.body) === fingerprint;
  if (!isOurs || (document.wish === 'update' && bead.state === 'closed')) {
    return { fingerprint, issue: bead, did: 'left alone' };
  }
  if (document.wish === 'reopen') await reopenBead(forge, bead, order);
  await forge.relations.edit(bead.number, {
    title: bead.title,
    body: autoFiledBody(document),
    labels: autoFiledLabels(document, bead.labels),
  });
  const did = document.wish === 'reopen' ? 'reopened' : 'updated';
  return { fingerprint, issue: await readIssue(forge, bead.number), did };
}

/** The bead that an interrupted wake filed; only what our own account wrote counts. */
async function findFiled(forge: Forge, { document, isDoubtful }: BeadOrder): Promise<number | null> {
  if (!isDoubtful || document.writtenAt === null) return null;
  const viewer = await forge.people.viewer();
  const since = addMinutes(document.writtenAt, -CLOCK_DIFFERENCE_MINUTES);
  const filed = (await forge.issues.labelled(AUTO_FILED_LABEL, since))
    .filter(({ author, body }) => author.id === viewer.id && parseAutoFiled(body) === document.fingerprint)
    .map(({ number }) => number);
  return filed.sort((a, b) => a - b).find((number) => number !== document.issue) ?? null;
}

async function fileBead(
  forge: Forge,
  found: RepositoryConfig,
  document: FingerprintDocument,
): Promise<number> {
  const bead = { title: autoFiledTitle(document), body: autoFiledBody(document) };
  const labels = autoFiledLabels(document);
  const { table } = await findRouting(forge, found.roles);
  const told = { title: document.title, body: `${document.errorType}\n${document.message}`, labels };
  const route = routeBead(table, Object.keys(found.config.roles), told);
  return forge.issues.create({
    ...bead,
    labels: route === null ? labels : [...labels, roleLabel(route.role)],
  });
}

async function reopenBead(forge: Forge, bead: Issue, order: BeadOrder): Promise<void> {
  const { document, earlierRun, isDoubtful } = order;
  if (bead.state === 'closed') await forge.issues.reopen(bead.number);
  await postComment(forge, {
    issue: bead.number,
    marker: `regression/${document.fingerprint.slice(0, 16)}/${document.regressions}`,
    body: regressionComment(document, earlierRun),
    doubtful: isDoubtful,
  });
}

async function readIssue(forge: Forge, number: number): Promise<Issue> {
  const issue = await forge.issues.get(number);
  if (issue !== undefined) return issue;
  throw new TreadleError('forge-refused', `issue #${number}, the bead of a failure, is gone`, {
    remedy: 'Nothing is lost: when the failure occurs again, it is filed anew.',
  });
}
