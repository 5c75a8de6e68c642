import { beforeAll, describe, expect } from 'vitest';

import { ensureBuilt } from '../cli/built-cli.ts';
import { scenario } from './scenario.ts';
import { observeRuns } from './shop.ts';
import { openTown } from './town.ts';

/** How many bugs are filed at once: 5, or what the environment says, for a benchmark of more. */
const COUNT = Number(process.env['TREADLE_SCENARIO_BUGS'] ?? '5');
const RUNNERS = 3;
const DISHES = Array.from({ length: COUNT }, (_each, at) => `dish-${at + 1}`);

/** One file that all fixes touch: each in a place of its own, and every other one in the line of the specials as well. */
const MENU = ['specials: none', ...DISHES.map((dish) => `${dish} 30`)]
  .map((line) => `${line}\n# --\n# --\n# --\n`)
  .join('');

beforeAll(ensureBuilt, 120_000);

describe('system', () => {
  scenario(
    'system 4',
    `${COUNT} bugs at once whose fixes touch one file, three runners racing`,
    async () => {
      const town = await openTown(RUNNERS, { 'menu.txt': MENU });
      const beads = await Promise.all(
        DISHES.map((dish, at) =>
          town.file(
            `${dish} is too dear`,
            JSON.stringify({ dish, from: '30', to: '3', special: at % 2 === 1 }),
            'bug',
          ),
        ),
      );
      await town.closed(COUNT);

      const history = await town.history();
      // Never two who merge at once, in no commit of the history, and every merge under a lease of its own.
      await history.expectSound();
      const menu = await town.git('show', 'main:menu.txt');
      for (const [at, dish] of DISHES.entries()) {
        expect(menu).toContain(`${dish} 3\n`);
        if (at % 2 === 1) expect(menu).toMatch(new RegExp(`^specials:.* ${dish}\\b`, 'm'));
      }
      const runs = beads.map((bead) => `${bead}-1`);
      for (const run of runs) expect((await history.finished(run))?.conclusion, run).toBe('success');
      const merged = (await history.events()).filter((type) => type === 'pull_request_merged');
      expect(merged).toHaveLength(COUNT);
      await town.git('fsck', '--strict');
      return observeRuns(
        history,
        runs,
        Number(await town.git('rev-list', '--count', '--no-merges', 'main')) - 1,
      );
    },
    COUNT * 60_000,
  );
});
