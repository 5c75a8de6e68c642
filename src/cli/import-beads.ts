import type { Bead } from '../beads/bead.ts';
import { planImport, type ImportPlan, type KnownIssue, type Link, type Step } from '../beads/plan-import.ts';
import { parseImported } from '../beads/render-bead.ts';
import type { BeadIssue } from '../forge/port/relations.ts';
import type { Forge } from '../forge/port/forge.ts';
import { mayApprove } from '../runtime/authorise.ts';

/** What an import came to, bead by bead. */
export interface ImportedBead {
  readonly bead: string;
  readonly number: number | null;
  readonly outcome: 'created' | 'updated' | 'closed' | 'skipped';
  readonly reason: string | null;
}

export interface ImportReport {
  readonly beads: readonly ImportedBead[];
  /** Relations that were made. */
  readonly linked: number;
  /** Relations that the forge refused, in words. */
  readonly refused: readonly string[];
}

/** Plans an import against what the forge holds. Nothing is changed. */
export async function prepareImport(
  forge: Forge,
  beads: readonly Bead[],
): Promise<{ readonly plan: ImportPlan; readonly issues: readonly BeadIssue[] }> {
  const issues = await believedIssues(forge);
  return { plan: planImport(beads, issues.map(knownIssue)), issues };
}

/** Does what was planned. It can be cut off at any place and repeated: what was done is found again by its marker. */
export async function performImport(
  forge: Forge,
  plan: ImportPlan,
  tell: (done: ImportedBead) => void,
): Promise<ImportReport> {
  const beads: ImportedBead[] = [];
  for (const step of plan.steps) {
    const done = await performStep(forge, step);
    beads.push(done);
    tell(done);
  }
  return { beads, ...(await performLinks(forge, plan.links)) };
}

async function performStep(forge: Forge, step: Step): Promise<ImportedBead> {
  const { bead } = step;
  switch (step.kind) {
    case 'create': {
      const { title, body, labels, isClosed } = step.text;
      const number = await forge.issues.create({ title, body, labels });
      if (isClosed) await forge.issues.close(number, 'completed');
      return { bead, number, outcome: 'created', reason: null };
    }
    case 'update': {
      const { number, title, body, labels } = step;
      await forge.relations.edit(number, { title, body, labels });
      if (step.close) await forge.issues.close(number, 'completed');
      return { bead, number, outcome: 'updated', reason: null };
    }
    case 'close':
      await forge.issues.close(step.number, 'completed');
      return { bead, number: step.number, outcome: 'closed', reason: null };
    case 'skip':
      return { bead, number: step.number, outcome: 'skipped', reason: step.reason };
  }
}

async function performLinks(
  forge: Forge,
  links: readonly Link[],
): Promise<Pick<ImportReport, 'linked' | 'refused'>> {
  if (links.length === 0) return { linked: 0, refused: [] };
  const issues = new Map<string, BeadIssue>();
  for (const issue of [...(await believedIssues(forge))].reverse()) {
    const id = parseImported(issue.body)?.id;
    if (id !== undefined) issues.set(id, issue);
  }
  const there = await existingLinks(forge, links, issues);
  let linked = 0;
  const refused: string[] = [];
  for (const link of links) {
    const [from, to] = link.kind === 'sub-issue' ? [link.parent, link.child] : [link.bead, link.blocker];
    const [upper, lower] = [issues.get(from), issues.get(to)];
    if (upper === undefined || lower === undefined) continue;
    if (there.has(`${link.kind} ${upper.number} ${lower.number}`)) continue;
    const isDone =
      link.kind === 'sub-issue'
        ? await forge.relations.addSubIssue(upper.number, lower)
        : await forge.relations.addBlocker(upper.number, lower);
    if (isDone) linked += 1;
    else
      refused.push(
        `${from} (#${upper.number}) ${link.kind === 'sub-issue' ? 'above' : 'blocked by'} ${to} (#${lower.number})`,
      );
  }
  return { linked, refused };
}

/** The relations there are already, of the issues that are to have some: asked for only where the forge counts any. */
async function existingLinks(
  forge: Forge,
  links: readonly Link[],
  issues: ReadonlyMap<string, BeadIssue>,
): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  const wanted = new Set(
    links.map((link) => `${link.kind} ${link.kind === 'sub-issue' ? link.parent : link.bead}`),
  );
  for (const each of wanted) {
    const [kind = '', id = ''] = each.split(' ');
    const issue = issues.get(id);
    if (issue === undefined) continue;
    const isSub = kind === 'sub-issue';
    if ((isSub ? issue.subIssues : issue.blockers) === 0) continue;
    const related = isSub ? forge.relations.subIssues(issue.number) : forge.relations.blockers(issue.number);
    for (const { number } of await related) there.add(`${kind} ${issue.number} ${number}`);
  }
  return there;
}

/** Issues that tell of a bead, by people who can write: a stranger's claim to be a bead would have it changed. */
async function believedIssues(forge: Forge): Promise<readonly BeadIssue[]> {
  const claimed = (await forge.relations.beads('all')).filter(({ body }) => parseImported(body) !== null);
  const believed = new Map<string, boolean>();
  for (const login of new Set(claimed.map(({ author }) => author.login))) {
    believed.set(login, mayApprove(await forge.people.permission(login)));
  }
  return claimed.filter(({ author }) => believed.get(author.login) === true);
}

function knownIssue({ number, title, body, labels, state, isReopened }: BeadIssue): KnownIssue {
  return { number, title, body, labels, isOpen: state === 'open', isReopened };
}
