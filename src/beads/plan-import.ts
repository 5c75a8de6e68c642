import type { Bead } from './bead.ts';
import { LONGEST_BODY, mergeLabels, parseImported, renderBead, type BeadText } from './render-bead.ts';

/** An issue that may have been imported before, by somebody who is believed. */
export interface KnownIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly isOpen: boolean;
  /** It was closed and opened again: somebody wants it open. */
  readonly isReopened: boolean;
}

/** What is done about one bead. */
export type Step = { readonly bead: string } & (
  | { readonly kind: 'create'; readonly text: BeadText }
  | {
      readonly kind: 'update';
      readonly number: number;
      readonly title: string;
      readonly body: string;
      readonly labels: readonly string[];
      readonly close: boolean;
    }
  | { readonly kind: 'close'; readonly number: number }
  | { readonly kind: 'skip'; readonly number: number | null; readonly reason: string }
);

/** How two beads are related: `child` below `parent`, or `bead` waiting for `blocker`. Beads are named by their ids. */
export type Link =
  | { readonly kind: 'sub-issue'; readonly parent: string; readonly child: string }
  | { readonly kind: 'blocked-by'; readonly bead: string; readonly blocker: string };

export interface ImportPlan {
  readonly steps: readonly Step[];
  readonly links: readonly Link[];
}

/**
 * What is to be done so that the forge holds the beads. Doing it, and planning again, gives a plan that does nothing. An issue that
 * people changed since is left as it is, and one that they closed is not opened again.
 */
export function planImport(beads: readonly Bead[], issues: readonly KnownIssue[]): ImportPlan {
  const known = new Map<string, KnownIssue>();
  // Where two issues tell of the same bead, the older one is it.
  for (const issue of [...issues].sort((a, b) => b.number - a.number)) {
    const imported = parseImported(issue.body);
    if (imported !== null) known.set(imported.id, issue);
  }
  const there = new Set([...known.keys(), ...beads.map(({ id }) => id)]);
  return {
    steps: beads.map((bead) => planBead(bead, known.get(bead.id))),
    links: beads.flatMap((bead) => linksOf(bead).filter((link) => idsOf(link).every((id) => there.has(id)))),
  };
}

function planBead(bead: Bead, issue: KnownIssue | undefined): Step {
  const text = renderBead(bead);
  const { id } = bead;
  if (text.body.length > LONGEST_BODY)
    return {
      bead: id,
      kind: 'skip',
      number: issue?.number ?? null,
      reason: 'its text is longer than an issue can be',
    };
  if (issue === undefined) return { bead: id, kind: 'create', text };
  const { number, labels, isOpen, isReopened } = issue;
  const imported = parseImported(issue.body);
  const closes = text.isClosed && isOpen && !isReopened;
  if (imported?.source === text.source)
    return closes
      ? { bead: id, kind: 'close', number }
      : { bead: id, kind: 'skip', number, reason: 'nothing changed' };
  if (imported?.isUntouched !== true)
    return {
      bead: id,
      kind: 'skip',
      number,
      reason: 'its text was changed on the forge since: that is kept',
    };
  return {
    bead: id,
    kind: 'update',
    number,
    title: text.title,
    body: text.body,
    labels: mergeLabels(labels, text.labels),
    close: closes,
  };
}

function linksOf(bead: Bead): readonly Link[] {
  return bead.dependencies.flatMap(({ on, type }): readonly Link[] => {
    if (on === bead.id) return [];
    if (type === 'parent-child') return [{ kind: 'sub-issue', parent: on, child: bead.id }];
    return type === 'blocks' ? [{ kind: 'blocked-by', bead: bead.id, blocker: on }] : [];
  });
}

function idsOf(link: Link): readonly string[] {
  return link.kind === 'sub-issue' ? [link.parent, link.child] : [link.bead, link.blocker];
}
