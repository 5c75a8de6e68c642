import { definitionOf, jobOf } from '../../workflow/leg.ts';
import type { EdgeTarget, Job, Workflow } from '../../workflow/model.ts';
import { documentsOf, legOf } from '../legs.ts';
import type { RunState } from '../state/run.ts';
import { cutText, visibleLine } from './visible-text.ts';

/** How a job id is set in the medium at hand: bare in a terminal, as code in Markdown. */
export type IdStyle = (id: string) => string;

/** What the `name` of a job came to when it began, where it holds expressions; of a leg its name. Else undefined. */
export function computedName(state: RunState, id: string): string | undefined {
  return legOf(documentsOf(state), id)?.name ?? state.jobs[id]?.name;
}

/** A job's display name: what its `name` came to, or its `name` where that is plain text, else its id. */
export function jobName(job: Job, state: RunState | null): string {
  const computed = state === null ? undefined : computedName(state, job.id);
  if (computed !== undefined) return computed;
  const parts = job.name?.parts ?? [];
  const name = parts.every((part) => typeof part === 'string') ? parts.join('').trim() : '';
  return name === '' ? job.id : name;
}

/** The id of a job or leg, with the name that it was given when it began: `build.0, build (linux, 20)`. */
export function jobTitle(state: RunState, id: string): string {
  const name = computedName(state, id);
  return name === undefined ? id : `${id}, ${cutText(visibleLine(name), 100)}`;
}

/** The needs that are not implied by other needs: what a graph draws. In file order. */
export function essentialNeeds(workflow: Workflow, job: Job): readonly string[] {
  return job.needs.filter(
    (need) => !job.needs.some((other) => other !== need && workflow.graph.ancestors(other).has(need)),
  );
}

/** The jobs in levels: each job stands one level below the lowest of its needs; in a level, file order. */
export function jobLevels(workflow: Workflow): readonly (readonly Job[])[] {
  const jobs = [...workflow.jobs.values()];
  const missing = new Map(jobs.map((job) => [job.id, job.needs.length]));
  const levels: (readonly Job[])[] = [];
  let level: readonly Job[] = jobs.filter((job) => job.needs.length === 0);
  while (level.length > 0) {
    levels.push(level);
    const ready = new Set<string>();
    for (const dependent of level.flatMap((job) => workflow.graph.dependents(job.id))) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) ready.add(dependent);
    }
    level = ready.size === 0 ? [] : jobs.filter((job) => ready.has(job.id));
  }
  return levels;
}

/** An edge that is taken when a job does not succeed, with how often it was taken since it was last forgiven. */
export interface ReworkEdge {
  readonly from: string;
  readonly to: string;
  readonly key: 'on-failure' | 'on-rejected' | 'on-timeout';
  readonly taken: number;
}

/** The edges of a job that go back to other jobs. Without a state none was taken. */
export function reworkEdges(job: Job, state: RunState | null): readonly ReworkEdge[] {
  const edges: ReworkEdge[] = [];
  for (const [key, target] of exitsOf(job)) {
    if (target.kind !== 'job') continue;
    edges.push({
      from: job.id,
      to: target.job,
      key,
      taken: state?.run.cycles[`${jobOf(job.id)}.${key}`] ?? 0,
    });
  }
  return edges;
}

function exitsOf(job: Job): readonly (readonly [ReworkEdge['key'], EdgeTarget])[] {
  switch (job.type) {
    case 'task':
    case 'steps':
    case 'verify':
    case 'commit':
      return [
        ['on-failure', job.onFailure],
        ['on-timeout', job.onTimeout],
      ];
    case 'approval':
      return [
        ['on-rejected', job.onRejected],
        ['on-timeout', job.onTimeout],
      ];
    case 'call':
      return [['on-failure', job.onFailure]];
    case 'decision':
    case 'merge':
      return [];
  }
}

/** What follows a job's success, as the end of a sentence that begins with `the run`. */
export function afterSuccess(workflow: Workflow, job: string, style: IdStyle): string {
  const own = jobOf(job);
  const next = workflow.graph
    .dependents(own)
    .map((id) => workflow.jobs.get(id))
    .filter((other) => other !== undefined)
    .filter((other) => essentialNeeds(workflow, other).includes(own));
  const [only] = next;
  if (only === undefined) return 'has nothing left to do on this path, and ends when all other jobs are done';
  const named = next.slice(0, 6).map(({ id }) => style(id));
  const names = listWords(next.length > 6 ? [...named, `${next.length - 6} more`] : named);
  const joins = next.some((other) => essentialNeeds(workflow, other).length > 1);
  return `goes on with ${names}${joins ? ', once the other jobs that it needs are done' : ''}`;
}

/** What follows when an edge is taken, as the end of a sentence that begins with `the run`. */
export function afterEdge(job: string, edge: EdgeTarget, style: IdStyle): string {
  switch (edge.kind) {
    case 'job':
      return `goes back to ${style(edge.job)}, with what was said as feedback; everything after it is done again`;
    case 'escalate':
      return 'asks the CEO what to do';
    case 'fail':
      return `counts ${style(job)} as failed; jobs that need it are skipped unless their \`if\` says otherwise`;
  }
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[], join: 'and' | 'or' = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${join} ${last}`;
}

/** `1 turn`, `3 turns`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** The names of the outputs that a job's answer must report. */
export function requiredOutputs(workflow: Workflow, job: string): readonly string[] {
  const definition = definitionOf(workflow, job);
  if (definition === undefined || !('declaredOutputs' in definition)) return [];
  return definition.declaredOutputs.filter(({ required }) => required).map(({ name }) => name);
}

/** A text as a sentence: with a full stop where it has no end. */
export function endSentence(text: string): string {
  return /[.!?…:)]$/u.test(text) ? text : `${text}.`;
}

/** Whether a job may be given to another role: the roles of commit and verify are fixed, and not every job has one. */
export function canReassign(job: Job | undefined): boolean {
  return job?.type === 'task' || job?.type === 'approval';
}
