import type { RunView } from './draft.ts';
import { longestOutputs, longestRunOutputs, sizeOfOutputs } from './outputs.ts';

/** In words why a job or leg may not have these outputs: they, or those of the run with them, are too large. Null where it may. */
export function findSizeProblem(
  view: Pick<RunView, 'run' | 'document'>,
  job: string,
  outputs: Readonly<Record<string, string>>,
): string | null {
  const size = sizeOfOutputs(outputs);
  if (size > longestOutputs) return 'the outputs are larger than 1 MB';
  const others = (view.run.outputBytes ?? 0) - sizeOfOutputs(view.document(job)?.outputs ?? {});
  return others + size > longestRunOutputs
    ? 'with these outputs, those of the run would be larger than 50 MB'
    : null;
}
