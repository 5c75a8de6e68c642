import { sha256 } from '../base/digest.ts';
import type { Bead } from './bead.ts';
import { DEFERRED_LABEL } from './judge-bead.ts';
import { isPriorityLabel } from './priority.ts';

/** An issue as a bead becomes it. */
export interface BeadText {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly isClosed: boolean;
  /** Of all that the file says of the bead: the same as long as nothing of it changed. */
  readonly source: string;
}

/** What an imported issue's body tells of its import. */
export interface Imported {
  readonly id: string;
  readonly source: string;
  /** False where somebody changed the text since. */
  readonly isUntouched: boolean;
}

/** GitHub's limit for a body, in characters. */
export const LONGEST_BODY = 65_536;
/** The last line, hidden: what was imported, and the digest of the text above it. */
const FOOTER = /\n<!-- treadle-import source:([0-9a-f]{16}) text:([0-9a-f]{16}) -->\s*$/;
const HEADER = /^<!-- treadle:bead\/(\S+) -->\n/;

/** The text, labels and state of the issue for a bead. Nothing of the bead is left out. */
export function renderBead(bead: Bead): BeadText {
  // Where in the file it stands says nothing of the bead.
  const source = short(JSON.stringify({ ...bead, line: 0 }));
  const text = [`<!-- treadle:bead/${bead.id} -->`, ...sectionsOf(bead)].join('\n\n').trimEnd() + '\n';
  return {
    title: bead.title,
    body: `${text}\n<!-- treadle-import source:${source} text:${short(normalize(text))} -->`,
    labels: labelsOf(bead),
    isClosed: bead.status === 'closed',
    source,
  };
}

/** Finds out whether an issue was imported; null where it was not. Whether its author is believed is for the caller. */
export function parseImported(body: string): Imported | null {
  const text = body.replaceAll('\r\n', '\n');
  const id = HEADER.exec(text)?.[1];
  if (id === undefined) return null;
  const footer = FOOTER.exec(text);
  const above = footer === null ? '' : text.slice(0, footer.index);
  return {
    id,
    source: footer?.[1] ?? '',
    isUntouched: footer !== null && short(normalize(above)) === footer[2],
  };
}

/** The labels of an issue once a bead was imported anew: what people added stays, a priority is replaced. */
export function mergeLabels(before: readonly string[], wanted: readonly string[]): readonly string[] {
  const kept = before.filter((label) => !isPriorityLabel(label));
  const known = new Set(kept.map((label) => label.toLowerCase()));
  return [...kept, ...wanted.filter((label) => !known.has(label.toLowerCase()))];
}

function sectionsOf(bead: Bead): readonly string[] {
  const section = (title: string, text: string): readonly string[] =>
    text.trim() === '' ? [] : [`## ${title}\n\n${text.trim()}`];
  const related = bead.dependencies.map(({ on, type }) => `- ${type}: ${on}`);
  const facts = [
    `- id: ${bead.id}`,
    `- type: ${bead.issueType}`,
    `- status: ${bead.status}`,
    `- priority: ${bead.priority}`,
  ];
  const others = JSON.stringify(bead.others, null, 2);
  const fence = '`'.repeat(Math.max(3, ...[...others.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [
    ...(bead.description.trim() === '' ? [] : [bead.description.trim()]),
    ...section('Design', bead.design),
    ...section('Acceptance criteria', bead.acceptanceCriteria),
    ...section('Notes', bead.notes),
    ['<details><summary>From Beads</summary>', '', ...facts, ...related, ''].join('\n'),
    ...(Object.keys(bead.others).length === 0 ? [] : [`${fence}json\n${others}\n${fence}`]),
    '</details>',
  ];
}

/** Priority 4 is Beads' backlog: the least urgent label there is, and put off. */
function labelsOf({ priority, issueType, labels, status }: Bead): readonly string[] {
  const isDeferred = priority === 4 || status === 'deferred' || status === 'pinned';
  return [
    ...new Set([
      `P${Math.min(priority, 3)}`,
      ...(issueType === 'task' ? [] : [issueType]),
      ...labels,
      ...(isDeferred ? [DEFERRED_LABEL] : []),
    ]),
  ];
}

function normalize(text: string): string {
  return text.trimEnd();
}

function short(text: string): string {
  return sha256(text).slice(0, 16);
}
