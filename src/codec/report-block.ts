import type { Usage } from '../engine/state/job.ts';
import { readReportYaml } from './report-yaml.ts';

/** An agent's answer: the content of a fenced `treadle` block, or of `/treadle done key=value`. */
export interface Report {
  readonly outcome: 'success' | 'failure' | 'continue';
  readonly outputs: Readonly<Record<string, string>>;
  readonly usage: Usage | null;
  readonly summary: string;
  /** Set where the agent says which job it answers. */
  readonly job: string | null;
}

export type ParsedReport =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'none' };

/** More than any report needs: a job's outputs are 1 MB of UTF-16 at most, which YAML may quote. */
const LIMIT_CHARACTERS = 1_200_000;

/** Sums of more are no longer exact. */
const MOST_USED = 1e12;

const KEYS = ['outcome', 'outputs', 'usage', 'summary', 'job', 'redispatch_requested'];

/**
 * Finds the one report in an answer (Markdown, or what a program printed). Blocks inside quotes and inside other fences do not
 * count. `malformed` says in words that the agent can act on what is wrong. Numbers stay as they were written (`1.10`, `007`):
 * outputs are texts.
 */
export function parseReport(answer: string): ParsedReport {
  const blocks = findBlocks(answer);
  const [block, second] = blocks;
  if (block === undefined) return { kind: 'none' };
  if (second !== undefined) {
    return malformed(`it has ${blocks.length} \`treadle\` blocks: exactly one is needed`);
  }
  if (!block.closed) return malformed(`its \`treadle\` block is not closed with ${block.mark}`);
  if (block.text.length > LIMIT_CHARACTERS) {
    return malformed(`its \`treadle\` block is longer than ${LIMIT_CHARACTERS} characters`);
  }
  const read = readReportYaml(block.text);
  return read.kind === 'value'
    ? decodeReport(read.value)
    : malformed(`its \`treadle\` block is not YAML: ${read.problem}`);
}

/** A report as agents write it. JSON is YAML, and a fence cannot be closed from within JSON, which has no line breaks in texts. */
export function renderReport({
  job,
  usage = null,
  ...report
}: Omit<Report, 'usage'> & { readonly usage?: Usage | null }): string {
  const used = usage === null ? {} : { usage: { tokens: usage.tokens, 'cost-usd': usage.costUsd } };
  const whole = { ...report, ...used, ...(job === null ? {} : { job }) };
  return ['```treadle', JSON.stringify(whole), '```'].join('\n');
}

/** Checks the shape of a report that was parsed from YAML or JSON. */
export function decodeReport(value: unknown): ParsedReport {
  if (!isRecord(value)) return malformed('its `treadle` block must be a mapping that begins with `outcome:`');
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    return malformed(`it has the key \`${unknown.slice(0, 80)}\`; known are ${KEYS.slice(0, 5).join(', ')}`);
  }
  const again = value['redispatch_requested'] ?? false;
  if (typeof again !== 'boolean') return malformed('`redispatch_requested` must be true or false');
  const said = value['outcome'] ?? (again ? 'continue' : null);
  if (said !== 'success' && said !== 'failure' && said !== 'continue') {
    return malformed('`outcome` must be success, failure or continue');
  }
  const outcome = again ? 'continue' : said;
  const outputs = decodeOutputs(value['outputs'] ?? {});
  if (typeof outputs === 'string') return malformed(outputs);
  const usage = decodeUsage(value['usage'] ?? null);
  if (typeof usage === 'string') return malformed(usage);
  const summary = value['summary'] ?? '';
  const job = value['job'] ?? null;
  if (typeof summary !== 'string') return malformed('`summary` must be a text');
  if (job !== null && typeof job !== 'string') return malformed('`job` must be a job id');
  return { kind: 'report', report: { outcome, outputs, usage, summary, job } };
}

function decodeOutputs(value: unknown): Record<string, string> | string {
  if (!isRecord(value)) return '`outputs` must be a mapping of names to values';
  const outputs: [string, string][] = [];
  for (const [name, output] of Object.entries(value)) {
    if (typeof output === 'string') outputs.push([name, output]);
    else if (typeof output === 'number' || typeof output === 'boolean') outputs.push([name, String(output)]);
    else if (output === null) outputs.push([name, '']);
    else
      return `the output \`${name.slice(0, 80)}\` must be a text, number or boolean; put structures in as JSON text`;
  }
  return Object.fromEntries(outputs);
}

function decodeUsage(value: unknown): Usage | null | string {
  if (value === null) return null;
  if (!isRecord(value)) return '`usage` must be a mapping with `tokens` and `cost-usd`';
  const tokens = decodeAmount(value['tokens']);
  const costUsd = decodeAmount(value['cost-usd']);
  return tokens === undefined || costUsd === undefined
    ? '`usage.tokens` and `usage.cost-usd` must be numbers from 0 to 10^12'
    : { tokens, costUsd };
}

/** Null where there is none, undefined where it is no amount. */
function decodeAmount(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  const isText = typeof value === 'string' && /^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value);
  const amount = isText ? Number(value) : value;
  return typeof amount === 'number' && amount >= 0 && amount <= MOST_USED ? amount : undefined;
}

interface Block {
  readonly text: string;
  /** What opened it and would close it. */
  readonly mark: string;
  readonly closed: boolean;
}

/**
 * Fenced blocks whose info string is `treadle`, at the margin, by the rules of CommonMark for fences. What stands in an HTML
 * comment or in preformatted HTML is not shown as a block, and is none.
 *
 * @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 * @see https://spec.commonmark.org/0.31.2/#html-blocks (kinds 1 to 5)
 */
function findBlocks(answer: string): readonly Block[] {
  const blocks: Block[] = [];
  let fence: { readonly mark: string; readonly ours: boolean; readonly lines: string[] } | null = null;
  let htmlEnd: RegExp | null = null;
  for (const line of answer.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    if (fence === null) {
      htmlEnd ??= htmlEndOf(line);
      if (htmlEnd !== null) {
        if (htmlEnd.test(line)) htmlEnd = null;
        continue;
      }
      const [, mark, info = ''] = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})([^]*)$/.exec(line) ?? [];
      if (mark !== undefined) fence = { mark, ours: info.trim().toLowerCase() === 'treadle', lines: [] };
    } else if (closes(line, fence.mark)) {
      if (fence.ours) blocks.push({ text: fence.lines.join('\n'), mark: fence.mark, closed: true });
      fence = null;
    } else if (fence.ours) {
      fence.lines.push(line);
    }
  }
  if (fence?.ours === true) blocks.push({ text: '', mark: fence.mark, closed: false });
  return blocks;
}

const HTML_BLOCKS: readonly { readonly start: RegExp; readonly end: RegExp }[] = [
  { start: /^ {0,3}<(?:pre|script|style|textarea)(?:[\s>]|$)/i, end: /<\/(?:pre|script|style|textarea)>/i },
  { start: /^ {0,3}<!--/, end: /-->/ },
  { start: /^ {0,3}<\?/, end: /\?>/ },
  { start: /^ {0,3}<![A-Za-z]/, end: />/ },
  { start: /^ {0,3}<!\[CDATA\[/, end: /\]\]>/ },
];

/** What ends the HTML block that a line begins, or null where it begins none. Also the line itself may end it. */
function htmlEndOf(line: string): RegExp | null {
  return HTML_BLOCKS.find(({ start }) => start.test(line))?.end ?? null;
}

function closes(line: string, mark: string): boolean {
  const found = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return found !== undefined && found.startsWith(mark);
}

function malformed(problem: string): ParsedReport {
  return { kind: 'malformed', problem };
}

/** Plain objects only: YAML's tags can make sets, dates and bytes, too. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
