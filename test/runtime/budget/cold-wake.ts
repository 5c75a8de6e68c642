import { advance } from '../../../src/runtime/advance.ts';
import { createDefinitions } from '../../../src/runtime/definitions.ts';
import { healFailures } from '../../../src/runtime/heal.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../../../src/runtime/repository-config.ts';
import { openHttpStore } from '../../../src/store/http/http-store.ts';
import { countedFetch } from '../requests.ts';
import { STATE_BRANCH, type World } from '../world.ts';

/** What a wake sent, requests of git included, and what it remarked. */
export interface ColdWake {
  readonly sent: readonly string[];
  readonly remarks: string;
}

/**
 * A wake as a process of its own makes it: it knows nothing, and reaches everything over HTTP.
 *
 * @param isToldOfFailure whether a failed workflow run of the default branch woke it
 */
export async function coldWake(world: World, isToldOfFailure = false): Promise<ColdWake> {
  const counted = countedFetch();
  const token = world.tokenOf('treadle[bot]');
  const { fetch } = counted;
  const store = await openHttpStore({ url: world.cloneUrl, branch: STATE_BRANCH, token, fetch });
  const { runtime } = await world.runner({ fetch, store: () => store });
  let read: Promise<RepositoryConfig> | null = null;
  const config = (): Promise<RepositoryConfig> => (read ??= readRepositoryConfig(runtime.forge, new Map()));
  const intake = { repository: world.repository, config, maxNewRuns: 10 };
  const definitions = createDefinitions();
  if (isToldOfFailure) await healFailures(runtime, definitions, intake);
  const { remarks } = await advance(runtime, { intake }, definitions);
  return { sent: counted.all(), remarks: remarks.join() };
}
