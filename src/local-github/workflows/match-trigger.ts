import type { Trigger, WorkflowFile } from './workflow-file.ts';

/** What of an event the triggers look at. */
export interface EventFacts {
  readonly name: string;
  readonly action: string | null;
  /** For `push`: the pushed ref. */
  readonly ref: string | null;
  /** For pull requests the base branch, for `workflow_run` the run's head branch. */
  readonly branch: string | null;
  /** For `workflow_run`: the name of the workflow that ran. */
  readonly workflow: string | null;
  /** The changed files, where `paths` filters apply. */
  readonly files: readonly string[];
}

/** The activity types of a trigger that names none; an event that is not listed answers to all of its types. */
const defaultTypes: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
};

/**
 * Whether a workflow answers to an event.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
 */
export function answersTo(file: WorkflowFile, facts: EventFacts): boolean {
  return file.triggers.some((trigger) => trigger.event === facts.name && passes(trigger, facts));
}

function passes(trigger: Trigger, facts: EventFacts): boolean {
  const types = trigger.types ?? defaultTypes[trigger.event] ?? null;
  if (types !== null && facts.action !== null && !types.includes(facts.action)) return false;
  if (trigger.event === 'workflow_run' && !(trigger.workflows?.includes(facts.workflow ?? '') ?? false))
    return false;
  if (trigger.event === 'push') return passesRef(trigger, facts.ref ?? '') && passesPaths(trigger, facts);
  if (facts.branch !== null && !passesList(trigger.branches, trigger.branchesIgnore, facts.branch))
    return false;
  return !trigger.event.startsWith('pull_request') || passesPaths(trigger, facts);
}

/** A filter on branches alone keeps tags out, and the other way round. */
function passesRef(trigger: Trigger, ref: string): boolean {
  const onBranches = trigger.branches !== null || trigger.branchesIgnore !== null;
  const onTags = trigger.tags !== null || trigger.tagsIgnore !== null;
  if (ref.startsWith('refs/tags/')) {
    if (!onTags) return !onBranches;
    return passesList(trigger.tags, trigger.tagsIgnore, ref.slice('refs/tags/'.length));
  }
  if (!onBranches) return !onTags;
  return passesList(trigger.branches, trigger.branchesIgnore, ref.replace(/^refs\/heads\//, ''));
}

function passesPaths(trigger: Trigger, facts: EventFacts): boolean {
  if (trigger.paths === null && trigger.pathsIgnore === null) return true;
  return facts.files.some((file) => passesList(trigger.paths, trigger.pathsIgnore, file));
}

function passesList(
  wanted: readonly string[] | null,
  unwanted: readonly string[] | null,
  name: string,
): boolean {
  if (wanted !== null) return lastMatch(wanted, name);
  return unwanted === null || !unwanted.some((pattern) => matchesGlob(pattern, name));
}

/** Patterns hold in order; one with `!` takes out what earlier ones let in. */
function lastMatch(patterns: readonly string[], name: string): boolean {
  return patterns.reduce((matched, pattern) => {
    if (pattern.startsWith('!')) return matched && !matchesGlob(pattern.slice(1), name);
    return matched || matchesGlob(pattern, name);
  }, false);
}

/**
 * Matches the filter patterns of workflows: `*` within a part, `**` over parts, `?` and `+` repeat what precedes them, `[]` a class.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
 */
export function matchesGlob(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\[[^\]]*\]|[?+]|[.^$(){}|\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?' || part === '+' || part.startsWith('[')) return part;
    return `\\${part}`;
  });
  try {
    return new RegExp(`^${source}$`, 'u').test(name);
  } catch {
    return pattern === name;
  }
}
