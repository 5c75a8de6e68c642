import { suggestion } from '../workflow/finding.ts';
import { isPriorityLabel } from './priority.ts';

/** The label that asks for a workflow by its name: `workflow:bug`. */
export const WORKFLOW_LABEL = 'workflow:';
/** After the prefix: no workflow is wanted, now or later. */
const NO_WORKFLOW = 'none';
/** Beads with this label wait for somebody who sets something up by hand: nobody is ever dispatched for them. */
export const HUMAN_CONFIG_LABEL = 'requires-human-config';
/** What Treadle files by itself. */
export const AUTO_FILED_LABEL = 'auto-filed';

/** A workflow that a bead may be worked by. */
export interface Candidate {
  /** Its name, as in `workflow:bug`. */
  readonly key: string;
  /** Whether Treadle brings it along; of the same name as a workflow of the repository there is none. */
  readonly isBuiltIn: boolean;
  /** Why it cannot be started for an issue, whatever the issue says; null where it can. */
  readonly problem: string | null;
  /** Whether the bead answers its `on: issues`. */
  readonly isTriggered: boolean;
}

/** Why none of the workflows can be taken. Codes are stable. */
export type Undecided = 'no-workflow' | 'several-workflows' | 'unknown-workflow' | 'workflow-unusable';

/** Which workflow works a bead. */
export type Selection =
  | { readonly kind: 'chosen'; readonly workflow: string; readonly by: 'label' | 'trigger' }
  /** Somebody said that nothing is to be started. */
  | { readonly kind: 'kept'; readonly label: string }
  /**
   * Nothing is started, and nothing is guessed. `isAsked`: the bead says that it is to be worked, so somebody has to be told.
   */
  | {
      readonly kind: 'undecided';
      readonly code: Undecided;
      readonly isAsked: boolean;
      /** What is wrong, in plain words. */
      readonly reason: string;
      /** What to do about it. */
      readonly remedy: string;
    };

/**
 * Selects the workflow of a bead by its labels and by what workflows ask for. Labels count as wholes, in any letter case; titles
 * choose nothing. The label `workflow:NAME` goes before triggers, the repository's own workflows before built-in ones.
 */
export function selectWorkflow(labels: readonly string[], candidates: readonly Candidate[]): Selection {
  const carried = labels.map((label) => label.toLowerCase());
  const isCarried = (label: string): boolean => carried.includes(label.toLowerCase());
  const kept = [HUMAN_CONFIG_LABEL, `${WORKFLOW_LABEL}${NO_WORKFLOW}`].find(isCarried);
  if (kept !== undefined) return { kind: 'kept', label: kept };
  const asked = [...new Set(carried.filter((label) => label.startsWith(WORKFLOW_LABEL)))];
  if (asked.length > 0) return selectByName(asked, candidates);
  const triggered = candidates.filter(({ isTriggered }) => isTriggered);
  const own = triggered.filter(({ isBuiltIn }) => !isBuiltIn);
  const [first, ...others] = own.length > 0 ? own : triggered;
  if (first !== undefined && others.length === 0)
    return { kind: 'chosen', workflow: first.key, by: 'trigger' };
  if (first !== undefined) {
    const keys = [first, ...others].map(({ key }) => key);
    return {
      kind: 'undecided',
      code: 'several-workflows',
      isAsked: true,
      reason: `several workflows want it: ${keys.join(', ')}`,
      remedy: `say which by one of the labels ${keys.map((key) => WORKFLOW_LABEL + key).join(', ')}`,
    };
  }
  const broken = candidates.find(
    ({ key, problem, isBuiltIn }) => problem !== null && !isBuiltIn && isCarried(key),
  );
  if (broken !== undefined) return unusable(broken, candidates);
  return {
    kind: 'undecided',
    code: 'no-workflow',
    isAsked: isCarried(AUTO_FILED_LABEL) || labels.some(isPriorityLabel),
    reason: 'no workflow wants it',
    remedy: `give it a label that one asks for in its 'on: issues', or ${namesOf(candidates)}`,
  };
}

function selectByName(asked: readonly string[], candidates: readonly Candidate[]): Selection {
  const [label = '', ...others] = asked;
  if (others.length > 0) {
    return {
      kind: 'undecided',
      code: 'several-workflows',
      isAsked: true,
      reason: `several labels name a workflow: ${asked.join(', ')}`,
      remedy: 'leave one of them',
    };
  }
  const name = label.slice(WORKFLOW_LABEL.length);
  const found = candidates.find(({ key }) => key.toLowerCase() === name);
  if (found === undefined) {
    const keys = candidates.map(({ key }) => key);
    return {
      kind: 'undecided',
      code: 'unknown-workflow',
      isAsked: true,
      reason: `there is no workflow '${name}'.${suggestion(name, keys)}`,
      remedy: `replace the label ${label} by ${namesOf(candidates)}`,
    };
  }
  return found.problem === null
    ? { kind: 'chosen', workflow: found.key, by: 'label' }
    : unusable(found, candidates);
}

function unusable({ key, problem }: Candidate, candidates: readonly Candidate[]): Selection {
  return {
    kind: 'undecided',
    code: 'workflow-unusable',
    isAsked: true,
    reason: `the workflow ${key} ${problem ?? ''}`,
    remedy: `mend it, or choose another one by ${namesOf(candidates)}`,
  };
}

/** The labels that choose a workflow which can be started. */
function namesOf(candidates: readonly Candidate[]): string {
  const keys = candidates.filter(({ problem }) => problem === null).map(({ key }) => key);
  return `a label ${WORKFLOW_LABEL}NAME (${keys.join(', ')})`;
}
