import type { Command } from 'commander';

import { judgeBeads, type BeadFacts, type Judgement } from '../../beads/judge-bead.ts';
import { visibleLine } from '../../engine/view/visible-text.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import { readRepositoryConfig } from '../../runtime/repository-config.ts';
import {
  examples,
  GITHUB_OPTION,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
  isOnGitHub,
} from '../command-context.ts';
import { gatherBeads } from '../gather-beads.ts';
import { withRemoteState } from '../github/open-remote.ts';
import type { Store } from '../../store/port.ts';
import type { Terminal } from '../terminal.ts';
import { withSession } from '../with-session.ts';

interface Place {
  readonly forge: Forge;
  readonly store: Store;
}

/** `treadle ready`: the beads that can be worked now. */
export function addReady(program: Command, { terminal }: CommandContext): void {
  program
    .command('ready')
    .description('the beads that can be worked now, the most urgent first, then the oldest')
    .option('--explain', 'all other open beads too, with what hinders them')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle ready',
        'treadle ready --explain',
        'treadle ready --json',
        'treadle ready -R octo/shop',
      ),
    )
    .action(async (options: PlaceOptions & { readonly explain?: true }) => {
      const look = async ({ forge, store }: Place): Promise<readonly BeadFacts[]> =>
        gatherBeads(forge, store, await readRepositoryConfig(forge, readBuiltInWorkflows()));
      const facts = await (isOnGitHub(options)
        ? withRemoteState(terminal, options, look)
        : withSession(terminal, { repo: options.repo, command: 'ready' }, ({ runtime }) => look(runtime)));
      const judged = judgeBeads(facts);
      const explain = options.explain === true;
      if (options.json === true) printJson(terminal, judged, explain);
      else printText(terminal, judged, explain);
    });
}

function printJson(terminal: Terminal, judged: readonly Judgement[], explain: boolean): void {
  const ready = judged.filter((bead) => bead.ready);
  const hindered = judged.filter((bead) => !bead.ready);
  terminal.print(JSON.stringify({ version: 1, ready, ...(explain ? { hindered } : {}) }, null, 2));
}

function printText(terminal: Terminal, judged: readonly Judgement[], explain: boolean): void {
  const ready = judged.filter((bead) => bead.ready);
  const hindered = judged.filter((bead) => !bead.ready);
  for (const bead of ready) terminal.print(`${lineOf(bead)}  (${bead.workflow})`);
  if (ready.length === 0) terminal.print('nothing can be worked now');
  else
    terminal.note(
      `start one with: treadle start ${ready[0]?.workflow ?? 'NAME'} --issue "#${ready[0]?.number ?? 'N'}"`,
    );
  if (!explain) {
    if (hindered.length > 0) terminal.note(`${hindered.length} more cannot: treadle ready --explain`);
    return;
  }
  for (const bead of hindered) terminal.print(`${lineOf(bead)}\n    ${visibleLine(bead.reason)}`);
}

function lineOf({ priority, number, title }: Judgement): string {
  return `P${priority} ${`#${number}`.padEnd(6)} ${visibleLine(title)}`;
}
