import type { OverrideAction } from '../engine/event.ts';
import { suggestion } from '../workflow/finding.ts';

/** What a comment tells Treadle to do. */
export type SlashCommand =
  | {
      readonly kind: 'override';
      readonly override: Exclude<OverrideAction, { action: 'repin' }>;
      readonly reason: string;
    }
  /** `/treadle repin WORKFLOW …`: go on by the workflow of that name as the default branch has it now. */
  | { readonly kind: 'repin'; readonly workflow: string; readonly reason: string }
  /** `/treadle start WORKFLOW key=value …`: work on the issue by the workflow of that name, with these inputs. */
  | {
      readonly kind: 'start';
      readonly workflow: string;
      readonly inputs: Readonly<Record<string, string>>;
    }
  /** `/treadle done key=value …` and `/treadle failed …`: an answer in short form. */
  | {
      readonly kind: 'report';
      readonly outcome: 'success' | 'failure' | 'continue';
      readonly outputs: Readonly<Record<string, string>>;
      readonly summary: string;
    }
  | { readonly kind: 'malformed'; readonly problem: string }
  /** It would have been an answer. */
  | { readonly kind: 'malformed-report'; readonly problem: string };

const PLAIN = ['pause', 'resume', 'cancel', 'close'] as const;
const OUTCOMES = { done: 'success', failed: 'failure', continue: 'continue' } as const;
const VERBS = [
  'start',
  'approve',
  'reject',
  'retry',
  'goto',
  'skip',
  'reassign',
  'repin',
  ...PLAIN,
  ...Object.keys(OUTCOMES),
];

/**
 * The command in a comment, or null where there is none. It is the comment's first line that is not blank, and that line begins
 * with `/treadle`, indented by less than a code block is, so that a command in a quotation, in code or in the middle is none.
 *
 * `/treadle goto JOB reason…` · `/treadle skip JOB reason…` · `/treadle reassign ROLE reason…` · `/treadle repin WORKFLOW reason…` ·
 * `/treadle approve|reject|retry|pause|resume|cancel|close reason…` · `/treadle done|failed|continue key=value … summary…` ·
 * `/treadle start WORKFLOW key=value …`
 */
export function parseSlashCommand(comment: string): SlashCommand | null {
  const lines = comment.split(/\r\n|\n|\r/);
  const start = lines.findIndex((candidate) => candidate.trim() !== '');
  const [line = '', ...following] = lines.slice(Math.max(0, start));
  const match = /^ {0,3}\/treadle(?:\s+(\S+))?(?:\s+([^]*))?$/.exec(line.trimEnd());
  if (match === null) return null;
  const verb = match[1] ?? '';
  const rest = [match[2] ?? '', ...following].join('\n').trim();
  if (isAnswer(verb)) return readReport(verb, rest);
  const plain = PLAIN.find((candidate) => candidate === verb);
  if (plain !== undefined) return override({ action: plain }, rest);
  switch (verb) {
    case 'start':
      return readStart(rest);
    case 'approve':
    case 'reject':
    case 'retry':
      return override({ action: verb, job: null }, rest);
    case 'goto':
    case 'skip':
      return readTargeted(rest, `\`/treadle ${verb}\` needs a job: /treadle ${verb} JOB why`, (job) => ({
        action: verb,
        job,
      }));
    case 'reassign':
      return readTargeted(rest, '`/treadle reassign` needs a role: /treadle reassign ROLE why', (role) => ({
        action: verb,
        job: null,
        role,
      }));
    case 'repin':
      return readRepin(rest);
    case '':
      return malformed('`/treadle` needs a command behind it.');
    default:
      return malformed(`\`/treadle ${verb.slice(0, 40)}\` is not known.${suggestion(verb, VERBS)}`);
  }
}

function malformed(problem: string): SlashCommand {
  return { kind: 'malformed', problem };
}

function isAnswer(verb: string): verb is keyof typeof OUTCOMES {
  return Object.hasOwn(OUTCOMES, verb);
}

/** The command that starts a workflow, as somebody would type it. Values may hold blanks, quotes and line breaks. */
export function renderStart(workflow: string, inputs: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(inputs).map(([name, value]) => {
    const isPlain = /^[^\s"\\]+$/.test(value);
    return `${name}=${isPlain ? value : `"${value.replaceAll(/["\\]/g, (mark) => `\\${mark}`)}"`}`;
  });
  return ['/treadle', 'start', workflow, ...pairs].join(' ');
}

function readStart(rest: string): SlashCommand {
  const [, workflow, more = ''] = /^([\w.-]+)(?:\s+([\s\S]*))?$/.exec(rest) ?? [];
  if (workflow === undefined) return malformed('`/treadle start` needs a workflow: /treadle start WORKFLOW');
  const { pairs, left, unquoted } = readPairs(more);
  if (unquoted !== undefined || left !== '') {
    return malformed(`what follows the workflow in \`/treadle start\` must be key=value, or key="a value".`);
  }
  return { kind: 'start', workflow: workflow.replace(/\.ya?ml$/, ''), inputs: pairs };
}

function readRepin(rest: string): SlashCommand {
  const match = /^([\w.-]+)\s+([\s\S]*\S)/.exec(rest);
  return match?.[1] === undefined || match[2] === undefined
    ? malformed('`/treadle repin` needs a workflow and a reason: /treadle repin WORKFLOW why')
    : { kind: 'repin', workflow: match[1].replace(/\.ya?ml$/, ''), reason: match[2].trim() };
}

function readTargeted(
  rest: string,
  problem: string,
  toOverride: (target: string) => Exclude<OverrideAction, { action: 'repin' }>,
): SlashCommand {
  const match = /^([\w-]+)(?:\s+([\s\S]*))?$/.exec(rest);
  return match?.[1] === undefined ? malformed(problem) : override(toOverride(match[1]), match[2] ?? '');
}

function override(action: Exclude<OverrideAction, { action: 'repin' }>, rest: string): SlashCommand {
  const reason = rest.trim();
  return reason === ''
    ? malformed(`\`/treadle ${action.action}\` needs a reason: say why, behind it.`)
    : { kind: 'override', override: action, reason };
}

/** `key=value` and `key="a value"` first, in any number, then free text. */
function readReport(verb: keyof typeof OUTCOMES, rest: string): SlashCommand {
  const { pairs, left, unquoted } = readPairs(rest);
  if (unquoted !== undefined) {
    const problem = `the value of \`${unquoted}\` in \`/treadle ${verb}\` must end with a quote, and a space behind it.`;
    return { kind: 'malformed-report', problem };
  }
  return { kind: 'report', outcome: OUTCOMES[verb], outputs: pairs, summary: left };
}

/** The pairs that a text begins with, and what is left of it. `unquoted`: whose value begins with a quote that does not end. */
function readPairs(text: string): {
  readonly pairs: Readonly<Record<string, string>>;
  readonly left: string;
  readonly unquoted: string | undefined;
} {
  const pairs: [string, string][] = [];
  let left = text;
  for (;;) {
    const pair = /^([A-Za-z_][\w-]*)=(?:"((?:[^"\\]|\\[^])*)"|((?!")\S*))(?:\s+|$)/.exec(left);
    if (pair?.[1] === undefined) break;
    pairs.push([pair[1], pair[2]?.replaceAll(/\\([^])/g, '$1') ?? pair[3] ?? '']);
    left = left.slice(pair[0].length);
  }
  const unquoted = /^([A-Za-z_][\w-]*)="/.exec(left)?.[1];
  return { pairs: Object.fromEntries(pairs), left: left.trim(), unquoted };
}
