import type { Config } from '../engine/config.ts';
import type { RunState } from '../engine/state/run.ts';
import { explainRun } from '../engine/view/explain.ts';
import { graphMermaid, isDrawable } from '../engine/view/graph-mermaid.ts';
import { escapeInline, fence, inline, inlineCode, joinWithin } from '../engine/view/markdown.ts';
import type { Plan } from '../runtime/plan.ts';
import type { Workflow } from '../workflow/model.ts';

/** A run that a wake touched, as it stands now. */
export interface TouchedRun {
  readonly workflow: Workflow;
  /** Null where the run is finished and has left the tip. */
  readonly config: Config | null;
  readonly state: RunState;
  readonly steps: readonly { readonly subject: string; readonly oid: string }[];
}

/** What a step summary tells. */
export interface StepSummary {
  readonly title: string;
  readonly runs: readonly TouchedRun[];
  /** What people should know besides. */
  readonly remarks: readonly string[];
  /** Address of the repository, for links to commits and beads. */
  readonly repositoryUrl: string;
}

/** GitHub takes 1,024 KiB a step; a character may take four bytes. */
const SUMMARY_LIMIT = 250_000;

/** A step's summary in Markdown: what happened to each run, its graph, and what it waits for. Never longer than GitHub takes. */
export function renderStepSummary({ title, runs, remarks, repositoryUrl }: StepSummary): string {
  const parts = [
    `### ${escapeInline(title)}`,
    ...(remarks.length === 0 ? [] : [remarks.map((remark) => `- ${inline(remark, 1_000)}`).join('\n')]),
    ...runs.map((run) => renderRun(run, repositoryUrl)),
  ];
  return joinWithin(parts, SUMMARY_LIMIT, (left) => `… and ${left} more runs: see the state branch.`, '\n\n');
}

/** What a wake would do, as a step's summary. */
export function renderPlan({ transitions, effects, remarks }: Plan): string {
  const steps = transitions.map(({ subject }) => `- would commit: ${inline(subject, 300)}`);
  const wishes = effects.map(({ run, effect }) => `- would perform in ${inlineCode(run)}: ${effect.type}`);
  const notes = remarks.map((remark) => `- ${inline(remark, 1_000)}`);
  const lines = [...steps, ...wishes, ...notes];
  const body = lines.length === 0 ? ['Nothing would be done.'] : lines;
  return joinWithin(
    ['### Treadle: plan, nothing was done', '', ...body],
    SUMMARY_LIMIT,
    (left) => `- … and ${left} more`,
  );
}

function renderRun({ workflow, config, state, steps }: TouchedRun, repositoryUrl: string): string {
  const { run } = state;
  return [
    `#### [#${run.issue}](${repositoryUrl}/issues/${run.issue}) ${inline(run.title, 200)} · run ${inlineCode(run.id)}`,
    steps
      .map(
        ({ subject, oid }) =>
          `- [${oid.slice(0, 8)}](${repositoryUrl}/commit/${oid}) ${inline(subject, 300)}`,
      )
      .join('\n'),
    ...(isDrawable(workflow) ? [fence(graphMermaid(workflow, state), 'mermaid')] : []),
    ...(config === null ? [] : [fence(explainRun(workflow, config, state))]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
