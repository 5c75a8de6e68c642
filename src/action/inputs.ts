import { TreadleError } from '../base/errors.ts';
import { SETTINGS_PATH } from '../workflow/settings.ts';

const MODES = ['advance', 'plan', 'lint', 'report', 'publish'] as const;
export type Mode = (typeof MODES)[number];

const OUTCOMES = ['success', 'failure', 'continue'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** What a step asks for under `with:`. */
export interface ActionInputs {
  readonly mode: Mode;
  readonly token: string;
  readonly stateBranch: string;
  /** Path of the settings, from the root of the repository. */
  readonly config: string;
  /** How many runs a wake starts of issues it finds. */
  readonly maxNewRuns: number;
  /** The repository's variables; null where the step gives none: they are asked for. */
  readonly vars: Readonly<Record<string, string>> | null;
  /** What mode `report` says, and to what mode `publish` belongs; of no account in the others. */
  readonly report: ReportInputs;
  /** What mode `publish` publishes. */
  readonly work: WorkInputs;
}

export interface ReportInputs {
  /** The bead's number; null: that of the event. */
  readonly issue: number | null;
  readonly job: string | null;
  readonly outcome: Outcome;
  /** A JSON object of texts. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface WorkInputs {
  readonly run: string | null;
  /** What the job of the agent left. */
  readonly folder: string | null;
}

/** Every input of `action.yml` with what holds where a step leaves it out. */
export const INPUT_DEFAULTS = {
  token: '${{ github.token }}',
  mode: 'advance',
  'state-branch': 'treadle/state',
  config: SETTINGS_PATH,
  'max-new-runs': '10',
  vars: '',
  issue: '',
  job: '',
  outcome: 'success',
  outputs: '{}',
  summary: '',
  run: '',
  work: '',
} as const;

/**
 * Reads what the step asks for.
 *
 * @param get the text of an input, empty where it is not given
 * @throws {TreadleError} `input-invalid`, naming the input
 */
export function readInputs(get: (name: keyof typeof INPUT_DEFAULTS) => string): ActionInputs {
  const orDefault = (name: keyof typeof INPUT_DEFAULTS): string => get(name).trim() || INPUT_DEFAULTS[name];
  const mode = oneOf('mode', orDefault('mode'), MODES);
  const token = get('token').trim();
  if (token === '' && mode !== 'lint') {
    throw invalid('token', 'it is empty', 'Leave it out, or pass a secret that this run may read.');
  }
  return {
    mode,
    token,
    stateBranch: orDefault('state-branch'),
    config: repositoryPath('config', orDefault('config')),
    maxNewRuns: wholeNumber('max-new-runs', orDefault('max-new-runs')),
    vars: get('vars').trim() === '' ? null : readTexts('vars', get('vars'), '${{ toJSON(vars) }}'),
    report: {
      issue: get('issue').trim() === '' ? null : wholeNumber('issue', get('issue').trim().replace(/^#/, '')),
      job: get('job').trim() || null,
      outcome: oneOf('outcome', orDefault('outcome'), OUTCOMES),
      outputs: readTexts('outputs', orDefault('outputs'), '{"root-cause": "…"}'),
      summary: get('summary'),
    },
    work: { run: get('run').trim() || null, folder: get('work').trim() || null },
  };
}

function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined)
    throw invalid(name, `${JSON.stringify(text)} is none of ${words.join(', ')}`, `Give one of them.`);
  return found;
}

/** A path that stays within the repository, of plain characters: it also stands among the patterns of protected paths. */
function repositoryPath(name: string, text: string): string {
  const isPlain = text.length <= 300 && /^[\w.-]+(?:\/[\w.-]+)*$/.test(text);
  if (isPlain && !text.split('/').some((part) => ['.', '..', '.git'].includes(part.toLowerCase())))
    return text;
  throw invalid(
    name,
    `${JSON.stringify(text.slice(0, 200))} is no path within the repository`,
    `Give it from the root of the repository, in letters, digits and ._-/, for instance ${SETTINGS_PATH}`,
  );
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw invalid(name, `${JSON.stringify(text)} is no whole number`, 'Give one, in digits.');
  return Number(text);
}

/** A JSON object of texts; other values as the JSON of them. */
function readTexts(name: string, text: string, example: string): Readonly<Record<string, string>> {
  const remedy = `Give a JSON object of texts: ${example}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(name, 'it is no JSON', remedy, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(name, 'it is no JSON object', remedy);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, typeof each === 'string' ? each : JSON.stringify(each)]),
  );
}

function invalid(name: string, problem: string, remedy: string, cause?: unknown): TreadleError {
  return new TreadleError('input-invalid', `the input ${name} cannot be used: ${problem}`, {
    remedy,
    cause,
  });
}
