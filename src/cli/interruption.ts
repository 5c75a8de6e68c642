import { setMaxListeners } from 'node:events';

import { TreadleError } from '../base/errors.ts';
import type { CommandRunner, StepsRunner } from '../runtime/ports.ts';
import { EXIT } from './exit-codes.ts';

/** Ctrl-C, or a request to end from outside. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Rejects with `interrupted` as soon as it happens; else never settles. */
  readonly raised: Promise<never>;
  /** Listens no longer. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for Ctrl-C. The first ends what runs in order; a second one ends this process at once. */
export function watchInterruption(): Interruption {
  const control = new AbortController();
  // Every program that runs listens to it.
  setMaxListeners(0, control.signal);
  const error = new TreadleError('interrupted', 'interrupted; programs that were running were ended', {
    remedy: 'Nothing was lost. Go on with: treadle advance',
  });
  const raised = new Promise<never>((_resolve, reject) => {
    control.signal.addEventListener('abort', () => reject(error), { once: true });
  });
  raised.catch(() => undefined);
  const onSignal = (): void => {
    if (control.signal.aborted) process.exit(EXIT.interrupted);
    control.abort(error);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: control.signal,
    raised,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Programs that end with an interruption. Such an end is no fact: the dispatch stays as it is for the next wake. */
export function endWith(commands: CommandRunner, { signal, raised }: Interruption): CommandRunner {
  return {
    start(order) {
      if (signal.aborted) return { ended: raised, stop: () => undefined };
      const program = commands.start(order);
      const stop = (): void => program.stop();
      signal.addEventListener('abort', stop, { once: true });
      const ended = program.ended.then((end) => {
        signal.removeEventListener('abort', stop);
        return signal.aborted ? raised : end;
      });
      return { ended, stop };
    },
  };
}

/** Steps that end with an interruption: that, too, is no fact, and the next wake runs them again. */
export function endStepsWith(steps: StepsRunner, { signal, raised }: Interruption): StepsRunner {
  return {
    async open(order) {
      const opened = await steps.open(order);
      if (opened.kind === 'not-opened') return signal.aborted ? raised : opened;
      const { place } = opened;
      return {
        kind: 'opened',
        place: {
          ...place,
          async run(command, stop) {
            const end = await place.run(command, AbortSignal.any([stop, signal]));
            return signal.aborted ? raised : end;
          },
        },
      };
    },
  };
}
