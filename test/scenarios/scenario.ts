import { test } from 'vitest';

/** What was seen of a scenario's runs, for the table that `npm run scenarios` prints. */
export interface Observed {
  /** Commits of the state branch that moved a run. */
  readonly transitions: number;
  readonly attempts: number;
  /** Turns: how often somebody was asked to do something. */
  readonly dispatches: number;
  /** What was merged to the base branch. */
  readonly commits: number;
}

export interface ScenarioMeta {
  /** Its number in the list of scenarios, for instance `system 4`. */
  readonly id: string;
  readonly title: string;
  observed: Observed | null;
}

declare module 'vitest' {
  interface TaskMeta {
    scenario?: ScenarioMeta;
  }
}

/** A scenario as a test: what its body returns is shown in the table. */
export function scenario(id: string, title: string, body: () => Promise<Observed>, timeout = 240_000): void {
  test(
    `${id}: ${title}`,
    async ({ task }) => {
      const meta: ScenarioMeta = { id, title, observed: null };
      task.meta.scenario = meta;
      meta.observed = await body();
    },
    timeout,
  );
}
