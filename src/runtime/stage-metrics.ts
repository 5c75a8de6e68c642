import { metricsCodec } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { measureRun } from '../engine/measure-run.ts';
import { emptyMetrics, mergeMetrics } from '../engine/metrics.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Documents } from '../store/documents.ts';
import type { Workflow } from '../workflow/model.ts';

/** Adds a run to the roll-up of its month, by the transition that completed it. Other transitions change no roll-up. */
export async function stageMetrics(
  documents: Documents,
  workflow: Workflow,
  before: RunState | null,
  after: RunState,
): Promise<void> {
  if (after.run.status !== 'completed' || before?.run.status === 'completed') return;
  const measured = measureRun(workflow, after);
  const address = layout.monthlyMetrics(measured.month);
  const known = (await documents.read(address, metricsCodec)) ?? emptyMetrics(measured.month);
  await documents.write(address, metricsCodec, mergeMetrics(known, measured));
}
