import type { Effect } from '../engine/effect.ts';
import { openDocuments } from '../store/documents.ts';
import { createDefinitions } from './definitions.ts';
import { applyDueDeadlines } from './ingest/deadlines.ts';
import { readFacts } from './ingest/facts.ts';
import { ingestFacts } from './ingest/ingest.ts';
import type { Intake } from './ingest/intake.ts';
import { readMergesInDoubt } from './ingest/leases.ts';
import { budgetOf, readingOf } from './ingest/reading.ts';
import { guardVerification } from './merge-check.ts';
import { claimLeftovers, isHalted } from './outbox.ts';
import type { Runtime } from './ports.ts';
import { openUnit, type AppliedTransition } from './unit.ts';
import { beginWake } from './wake.ts';

/** What a wake would do first: nothing of it was published or performed. */
export interface Plan {
  readonly transitions: readonly AppliedTransition[];
  readonly effects: readonly { readonly run: string; readonly effect: Effect }[];
  readonly remarks: readonly string[];
}

/** Decides what a wake would decide now, and leaves the branch and the forge as they are. */
export async function planWake(runtime: Runtime, intake: Intake | null): Promise<Plan> {
  const { store, forge, clock } = runtime;
  const definitions = createDefinitions();
  const wake = beginWake(runtime);
  const base = await store.read();
  const documents = openDocuments(base);
  const facts = await readFacts(readingOf(runtime, { tip: base, definitions, intake }));
  const merged = await readMergesInDoubt(forge, documents, clock.now());
  const context = { store, repository: forge.repository, definitions, wake, now: clock.now() };
  const unit = guardVerification(await openUnit(context, base), forge, definitions);
  await unit.prepare();
  const { remarks } = await ingestFacts(unit, facts, budgetOf(runtime));
  for (const fact of merged) await unit.apply(fact);
  await applyDueDeadlines(unit, clock.now());
  await claimLeftovers(unit, wake, runtime, new Set());
  const effects = [...unit.touched].flatMap(([run, { run: document }]) =>
    document.outbox
      .filter((entry) => entry.claim.wake === wake.id && !isHalted(runtime, entry))
      .map(({ effect }) => ({ run, effect })),
  );
  return { transitions: unit.applied, effects, remarks: [...unit.remarks, ...remarks] };
}
