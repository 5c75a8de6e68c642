import type { FingerprintDocument } from '../codec/documents.ts';
import { cutText, visibleLine } from '../engine/view/visible-text.ts';
import { block, escapeInline, fence, fit, inlineCode, TITLE_LIMIT } from '../engine/view/markdown.ts';
import { isPriorityLabel, priorityOfSeverity } from './priority.ts';
import { AUTO_FILED_LABEL } from './select-workflow.ts';

/** The label of a bead whose failure came back after its fix was verified. */
export const REGRESSION_LABEL = 'regression';

/** How much of a failure's texts a bead shows. */
const MOST_SHOWN = { message: 3_000, stack: 8_000 };

const MARKER = /(?:^|\n)<!-- treadle-failure ([0-9a-f]{64}) -->\s*$/;

/** `[auto-filed] [source] title`, on one line. A title is shown as it is, and calls nobody. */
export function autoFiledTitle({ source, title }: FingerprintDocument): string {
  return cutText(`[auto-filed] [${visibleLine(source)}] ${visibleLine(title)}`, TITLE_LIMIT);
}

/** The bead's text: what failed, how often, when, and last of all the hidden mark by which it is found again. */
export function autoFiledBody(document: FingerprintDocument): string {
  const { errorType, severity, message, stack, context, count, firstSeen, lastSeen, regressions } = document;
  const facts = [
    ...(errorType === '' ? [] : [`- error: ${inlineCode(errorType)}`]),
    `- source: ${inlineCode(document.source)}`,
    `- severity: ${severity}`,
    `- seen: ${count === 1 ? 'once' : `${count} times`}, first ${firstSeen}, last ${lastSeen}`,
    ...(regressions === 0
      ? []
      : [`- came back after a verified fix: ${regressions === 1 ? 'once' : `${regressions} times`}`]),
    ...Object.entries(context).map(([key, value]) => `- ${escapeInline(key)}: ${inlineCode(value)}`),
  ];
  return [
    facts.join('\n'),
    ...(message.trim() === '' ? [] : [`## Message\n\n${block(message, MOST_SHOWN.message)}`]),
    ...(stack.trim() === ''
      ? []
      : [`## Stack trace\n\n${fit(stack.trim(), MOST_SHOWN.stack, (part) => fence(part))}`]),
    `<!-- treadle-failure ${document.fingerprint} -->`,
  ].join('\n\n');
}

/** The fingerprint whose bead a text is; null where it is none. Whether its author is believed is for the caller. */
export function parseAutoFiled(body: string): string | null {
  return MARKER.exec(body.replaceAll('\r\n', '\n'))?.[1] ?? null;
}

/** The labels of the bead, with those that people added; they may have changed its priority. */
export function autoFiledLabels(
  { source, severity, regressions }: FingerprintDocument,
  before: readonly string[] | null = null,
): readonly string[] {
  const priority = before?.some(isPriorityLabel) === true ? [] : [`P${priorityOfSeverity(severity)}`];
  const wanted = [
    'bug',
    AUTO_FILED_LABEL,
    ...labelOf(source),
    ...priority,
    ...(regressions > 0 ? [REGRESSION_LABEL] : []),
  ];
  const kept = before ?? [];
  const known = new Set(kept.map((label) => label.toLowerCase()));
  return [...kept, ...wanted.filter((label) => !known.has(label.toLowerCase()))];
}

/** What is said on a bead that is reopened, once. */
export function regressionComment(document: FingerprintDocument, earlierRun: string | null): string {
  const run = earlierRun === null ? 'an earlier run' : `run ${inlineCode(earlierRun)}`;
  return `This failure came back on ${document.lastSeen}, after ${run} had it fixed and verified. A new run starts.`;
}

/** A source as a label, with a prefix: it must not pass for one that means something. */
function labelOf(source: string): readonly string[] {
  const label = source
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return label === '' ? [] : [`source:${label}`];
}
