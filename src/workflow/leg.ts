import type { Job, Workflow } from './model.ts';

/**
 * A leg of a matrix goes by the id of its job and its `strategy.job-index`: `build.0`. No id of a job holds a dot, so the two are
 * never confused, and wherever a job is named a leg can be.
 */
export function legId(job: string, index: number): string {
  return `${job}.${index}`;
}

/** The job that an id names or, of a leg, belongs to. */
export function jobOf(id: string): string {
  const dot = id.indexOf('.');
  return dot < 0 ? id : id.slice(0, dot);
}

/** The index of a leg, or null for a job. */
export function legIndexOf(id: string): number | null {
  const dot = id.indexOf('.');
  return dot < 0 ? null : Number(id.slice(dot + 1));
}

/** The definition of a job, or of a leg: that of its job, under the leg's id. Undefined where there is no such job. */
export function definitionOf(workflow: Workflow, id: string): Job | undefined {
  const definition = workflow.jobs.get(jobOf(id));
  if (definition === undefined || definition.id === id) return definition;
  return { ...definition, id, strategy: null };
}
