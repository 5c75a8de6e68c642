import type { Template } from '../expression/model.ts';
import type { WorkflowDraft } from './draft.ts';
import type { Place } from './model.ts';
import { readDraft } from './read-draft.ts';
import { createFieldReader } from './read-fields.ts';
import { readYaml } from './read-yaml.ts';
import type { SourceText } from './source-text.ts';
import type { Span } from './yaml-tree.ts';

/** A call of a workflow as it is written, in a file that may have errors elsewhere. */
export interface Call {
  readonly uses: string;
  readonly with: Readonly<Record<string, Template>>;
  readonly places: { readonly uses: Place; readonly with: Readonly<Record<string, Place>> };
}

/** The calls of a draft, in the order of the file. */
export function readCalls(draft: WorkflowDraft, source: SourceText): readonly Call[] {
  const placeOf = ({ span }: { readonly span: Span }): Place => ({
    start: source.positionAt(span.start),
    end: source.positionAt(span.end),
  });
  return draft.jobs.flatMap(({ uses, with: given }): readonly Call[] => {
    if (uses === null) return [];
    const inputs = Object.entries(given);
    return [
      {
        uses: uses.text,
        with: Object.fromEntries(inputs.map(([name, { readable }]) => [name, readable])),
        places: {
          uses: placeOf(uses),
          with: Object.fromEntries(inputs.map(([name, { node }]) => [name, placeOf(node)])),
        },
      },
    ];
  });
}

/** The names of the outputs that a file has for who calls it; null where it cannot be called, or not be read. */
export function readCallOutputs(text: string): readonly string[] | null {
  const { root } = readYaml(text);
  if (root?.kind !== 'map') return null;
  const { workflowCall } = readDraft(root, createFieldReader(text)).triggers;
  return workflowCall === null ? null : Object.keys(workflowCall.outputs);
}
