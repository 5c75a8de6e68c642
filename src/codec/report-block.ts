import { parse } from 'yaml';

import type { Usage } from '../engine/state.ts';

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

/** Text of a report is cut off here; the rest of the answer is never parsed. */
const LIMIT_CHARACTERS = 1_200_000;

const KEYS = ['outcome', 'outputs', 'usage', 'summary', 'job', 'redispatch_requested'];

/**
 * Finds the one report in an answer (Markdown, or what a program printed). Blocks inside quotes and inside other fences do not
 * count. `malformed` says in words that the agent can act on what is wrong.
 */
export function parseReport(answer: string): ParsedReport {
  const blocks = findBlocks(answer.slice(0, LIMIT_CHARACTERS));
  const [block, second] = blocks;
  if (block === undefined) return { kind: 'none' };
  if (second !== undefined) {
    return malformed(`it has ${blocks.length} \`treadle\` blocks: exactly one is needed`);
  }
  if (!block.closed) return malformed('its `treadle` block is not closed with ```');
  let value: unknown;
  try {
    value = parse(block.text, { maxAliasCount: 0, schema: 'core' });
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    return malformed(`its \`treadle\` block is not YAML: ${line ?? ''}`.trim());
  }
  return decodeReport(value);
}

/** Checks the shape of a report that was parsed from YAML or JSON. */
export function decodeReport(value: unknown): ParsedReport {
  if (!isRecord(value)) return malformed('its `treadle` block must be a mapping that begins with `outcome:`');
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    return malformed(`it has the key \`${unknown.slice(0, 80)}\`; known are ${KEYS.slice(0, 5).join(', ')}`);
  }
  const outcome = value['redispatch_requested'] === true ? 'continue' : value['outcome'];
  if (outcome !== 'success' && outcome !== 'failure' && outcome !== 'continue') {
    return malformed('`outcome` must be success, failure or continue');
  }
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
    ? '`usage.tokens` and `usage.cost-usd` must be numbers, 0 or more'
    : { tokens, costUsd };
}

function decodeAmount(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

interface Block {
  readonly text: string;
  readonly closed: boolean;
}

/** Fenced blocks whose info string is `treadle`, at the margin, by the rules of CommonMark for fences. */
function findBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let fence: { readonly mark: string; readonly ours: boolean; readonly lines: string[] } | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (fence === null) {
      const opened = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
      if (opened === null) continue;
      const [, mark = '', info = ''] = opened;
      fence = { mark, ours: info.trim().toLowerCase() === 'treadle', lines: [] };
    } else if (closes(line, fence.mark)) {
      if (fence.ours) blocks.push({ text: fence.lines.join('\n'), closed: true });
      fence = null;
    } else {
      fence.lines.push(line);
    }
  }
  if (fence?.ours === true) blocks.push({ text: fence.lines.join('\n'), closed: false });
  return blocks;
}

function closes(line: string, mark: string): boolean {
  const trimmed = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1];
  return trimmed !== undefined && trimmed[0] === mark[0] && trimmed.length >= mark.length;
}

function malformed(problem: string): ParsedReport {
  return { kind: 'malformed', problem };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
