import type { Config, Member } from './config.ts';

const unlimited = Number.MAX_SAFE_INTEGER;

/** The configuration of a run that is only simulated: everybody is reached by comment, and nothing is limited. */
export function unlimitedConfig(roles: Readonly<Record<string, readonly Member[]>>): Config {
  return {
    version: 1,
    roles,
    agents: {},
    settings: {
      baseBranch: 'main',
      protectedPaths: [],
      leaseMinutes: 5,
      limits: {
        dispatchesPerHourPerRun: unlimited,
        dispatchesPerHour: unlimited,
        hops: unlimited,
        tokensPerRun: null,
        costUsdPerRun: null,
      },
    },
  };
}
