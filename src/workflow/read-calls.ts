import type { Template } from '../expression/model.ts';
import { graphOfDraft, jobsOfDraft } from './draft-graph.ts';
import type { WorkflowDraft } from './draft.ts';
import type { Place } from './model.ts';
import { readDraft } from './read-draft.ts';
import { createFieldReader } from './read-fields.ts';
import { readYaml } from './read-yaml.ts';
import type { SourceText } from './source-text.ts';
import { createTrust, TRUSTED, type Origin, type Trust } from './trust.ts';
import type { Span } from './yaml-tree.ts';

/** A call of a workflow as it is written, in a file that may have errors elsewhere. */
export interface Call {
  /** The id of the job. */
  readonly job: string;
  readonly uses: string;
  readonly with: Readonly<Record<string, Template>>;
  /** What each input is made of. */
  readonly origins: Readonly<Record<string, Origin>>;
  readonly places: { readonly uses: Place; readonly with: Readonly<Record<string, Place>> };
}

/** The calls of a draft, in the order of the file. */
export function readCalls(draft: WorkflowDraft, source: SourceText, trust: Trust): readonly Call[] {
  const placeOf = ({ span }: { readonly span: Span }): Place => ({
    start: source.positionAt(span.start),
    end: source.positionAt(span.end),
  });
  return draft.jobs.flatMap((job): readonly Call[] => {
    const { uses, with: given } = job;
    if (uses === null) return [];
    const inputs = Object.entries(given);
    const place = { job, step: null };
    return [
      {
        job: job.id,
        uses: uses.text,
        with: Object.fromEntries(inputs.map(([name, { readable }]) => [name, readable])),
        origins: Object.fromEntries(
          inputs.map(([name, { readable }]) => [name, trust.ofTemplate(place, readable)]),
        ),
        places: {
          uses: placeOf(uses),
          with: Object.fromEntries(inputs.map(([name, { node }]) => [name, placeOf(node)])),
        },
      },
    ];
  });
}

/** What a workflow has for who calls it. */
export interface CallOutputs {
  readonly names: readonly string[];
  /** What an output is made of; its inputs are those of the workflow that is called. */
  originOf(name: string): Origin;
}

/** The outputs of the workflow that a `uses` names; null where they are not known. */
export type OutputsOfCall = (uses: string) => CallOutputs | null;

/**
 * The outputs that a file has for who calls it; null where it cannot be called, or not be read.
 *
 * @param outputsOfCall tells those of the workflows that it calls itself
 */
export function readCallOutputs(text: string, outputsOfCall: OutputsOfCall): CallOutputs | null {
  const { root } = readYaml(text);
  if (root?.kind !== 'map') return null;
  const draft = readDraft(root, createFieldReader(text));
  const { workflowCall } = draft.triggers;
  if (workflowCall === null) return null;
  const outputs = new Map(
    Object.entries(workflowCall.outputs).map(([name, field]) => [name.toLowerCase(), field]),
  );
  const known = new Map<string, Origin>();
  const trust = createTrust({ draft, jobs: jobsOfDraft(draft), graph: graphOfDraft(draft), outputsOfCall });
  return {
    names: Object.keys(workflowCall.outputs),
    originOf(written) {
      const name = written.toLowerCase();
      const before = known.get(name);
      if (before !== undefined) return before;
      // Where workflows call each other in a circle, an error anyway, it is asked again before it is answered.
      known.set(name, { ...TRUSTED, why: 'is what another workflow handed back' });
      const field = outputs.get(name);
      const place = { job: null, step: null };
      const origin = field === undefined ? TRUSTED : trust.ofTemplate(place, field.readable);
      known.set(name, origin);
      return origin;
    },
  };
}
