import { readBuiltInWorkflows } from './package-files.ts';
import type { CommandRunner, Runtime } from './ports.ts';
import { systemClock, systemRandomness } from './system.ts';

/** How long a wake may act on what it claims: longer than a wake's work takes, shorter than people like to wait after a crash. */
const CLAIM_MINUTES = 5;

/** What a wake on GitHub works with, wherever it is executed. Other wakes may be at work at the same time. */
export function remoteRuntime(
  parts: Pick<Runtime, 'store' | 'stateBranch' | 'settingsPath' | 'forge' | 'steps' | 'observe'> & {
    readonly paused: boolean;
  },
): Runtime {
  return {
    ...parts,
    clock: systemClock,
    randomness: systemRandomness,
    commands: NO_COMMANDS,
    claimMinutes: CLAIM_MINUTES,
    alone: false,
    builtInWorkflows: readBuiltInWorkflows(),
  };
}

/** Programs of `command` agents run where the repository's owner does, never beside a token that may write to it. */
const NO_COMMANDS: CommandRunner = {
  start: () => ({
    ended: Promise.resolve({
      kind: 'not-started',
      problem:
        'agents with `dispatch: command` work on one machine only (treadle run); on GitHub give the agent another dispatch',
    }),
    stop: () => undefined,
  }),
};

/** Whether the variable TREADLE_PAUSED, as it is set, stops all dispatch: it does unless it is empty or says no. */
export function isPauseOn(value: string | null | undefined): boolean {
  return !['', '0', 'no', 'off', 'false'].includes((value ?? '').trim().toLowerCase());
}
