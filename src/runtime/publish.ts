import { TreadleError } from '../base/errors.ts';
import type { Definitions } from './definitions.ts';
import type { Runtime } from './ports.ts';
import { openUnit, type AppliedTransition, type Unit } from './unit.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Snapshot } from '../store/port.ts';
import type { Wake } from './wake.ts';

/** How often a push is tried before the wake gives up, with nothing lost. */
const LIMIT_ATTEMPTS = 30;
const BACK_OFF_MS = { first: 20, most: 2_000 };

/** What became visible with a push. */
export interface Published {
  /** The branch as it was published. */
  readonly tip: Snapshot;
  readonly applied: readonly AppliedTransition[];
  readonly touched: ReadonlyMap<string, RunState>;
  /** What was found in disorder on the branch, for people. */
  readonly remarks: readonly string[];
}

/**
 * Decides on the tip and publishes what was decided, in one push. Where somebody else was first, everything decided is thrown
 * away and decided again on the new tip, after a pause with jitter. `decide` must therefore do nothing but decide.
 *
 * @param known the tip to decide on first, where it was read a moment ago; else it is read
 * @throws TreadleError `state-contended` when it lost too often; nothing of it was published
 */
export async function publish(
  runtime: Runtime,
  definitions: Definitions,
  wake: Wake,
  decide: (unit: Unit) => Promise<void>,
  known: Snapshot | null = null,
): Promise<Published> {
  const { store, forge, clock, randomness } = runtime;
  for (let attempt = 1; attempt <= LIMIT_ATTEMPTS; attempt += 1) {
    const base = attempt === 1 && known !== null ? known : await store.read();
    const context = { store, repository: forge.repository, definitions, wake, now: clock.now() };
    const unit = await openUnit(context, base);
    await unit.prepare();
    await decide(unit);
    if ((await unit.publish()) === 'published') {
      for (const { subject, oid, workflow, state } of unit.applied) {
        runtime.observe({ type: 'transition', subject, oid, workflow, state });
      }
      return { tip: unit.tip(), applied: unit.applied, touched: unit.touched, remarks: unit.remarks };
    }
    runtime.observe({ type: 'conflict', attempt });
    const limit = Math.min(BACK_OFF_MS.most, BACK_OFF_MS.first * 2 ** attempt);
    await clock.pause(limit * randomness.fraction());
  }
  throw new TreadleError(
    'state-contended',
    `the state branch moved ${LIMIT_ATTEMPTS} times while it was being written`,
    {
      remedy:
        'Nothing was lost: the next wake reads the same facts again. If this keeps happening, wake less often at the same time.',
    },
  );
}
