import { mergesBehind } from '../engine/hand-over.ts';
import { openTurn } from '../engine/attempt.ts';
import { TREADLE } from '../engine/event.ts';
import { documentsOf } from '../engine/legs.ts';
import type { JobDocument } from '../engine/state/job.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Config } from '../engine/config.ts';
import type { Forge } from '../forge/port/forge.ts';
import { definitionOf } from '../workflow/leg.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Definitions } from './definitions.ts';
import type { Unit } from './unit.ts';
import type { AddressedHappening } from './wake.ts';

interface Verifying {
  readonly workflow: Workflow;
  readonly config: Config;
  readonly state: RunState;
}

/**
 * That the base branch does not contain what a verify job is to look at: it was moved since. Null where it does, where nothing was
 * merged, and for jobs of other types.
 */
export async function findLostMerge(
  forge: Forge,
  { workflow, config, state }: Verifying,
  job: string,
): Promise<AddressedHappening['happening'] | null> {
  const attempt = state.jobs[job]?.attempts.length ?? 0;
  if (definitionOf(workflow, job)?.type !== 'verify') return null;
  for (const commit of mergesBehind({ workflow, ...documentsOf(state) }, job)) {
    if (await forge.files.contains(config.settings.baseBranch, commit)) continue;
    return { type: 'merge_lost', job, attempt, commit };
  }
  return null;
}

/** The unit, but nobody's word that a merge is verified counts where the base branch does not contain it. */
export function guardVerification(unit: Unit, forge: Forge, definitions: Definitions): Unit {
  return {
    ...unit,
    async apply(fact, pins) {
      const lost = pins === undefined ? await lostBehind(unit, forge, definitions, fact) : null;
      return unit.apply(lost ?? fact, pins);
    },
  };
}

async function lostBehind(
  unit: Unit,
  forge: Forge,
  definitions: Definitions,
  { run, happening, at }: AddressedHappening,
): Promise<AddressedHappening | null> {
  if (happening.type !== 'report_received' || happening.outcome !== 'success') return null;
  const { dispatch } = happening;
  const loaded = await unit.load(run);
  const document = Object.values(loaded?.state.jobs ?? {}).find((one) => isOpen(one, dispatch));
  if (loaded === undefined || document === undefined) return null;
  const workflow = await definitions.load(unit.documents(), loaded.state.run.definition);
  const lost = await findLostMerge(forge, { workflow, ...loaded }, document.id);
  return lost === null
    ? null
    : { run, happening: lost, actor: TREADLE, ground: 'read from the forge', at, cause: [dispatch] };
}

function isOpen(document: JobDocument, dispatch: string): boolean {
  return openTurn(document)?.dispatch === dispatch;
}
