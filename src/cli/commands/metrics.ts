import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { metricsCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { emptyMetrics, monthOf, type MetricsDocument } from '../../engine/metrics.ts';
import { metricsPrometheus } from '../../engine/view/metrics-prometheus.ts';
import { metricsTable } from '../../engine/view/metrics-table.ts';
import { judgeTargets } from '../../engine/view/metrics-targets.ts';
import { openDocuments } from '../../store/documents.ts';
import type { Store } from '../../store/port.ts';
import { systemClock } from '../../runtime/system.ts';
import {
  examples,
  GITHUB_OPTION,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { readState } from '../read-state.ts';

interface MetricsOptions extends PlaceOptions {
  readonly month?: string;
  readonly prometheus?: true;
}

/** `treadle metrics`: the roll-up of a month, against the targets. */
export function addMetrics(program: Command, { terminal }: CommandContext): void {
  program
    .command('metrics')
    .description('how the runs that ended in a month went, against the targets')
    .option('--month <yyyy-mm>', 'the month, in UTC; this one unless told')
    .option('--prometheus', "print it in Prometheus' text format")
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('treadle metrics', 'treadle metrics --month 2026-10 --json', 'treadle metrics --prometheus'),
    )
    .action(async (options: MetricsOptions) => {
      const month = readMonth(options.month ?? monthOf(systemClock.now()));
      const metrics = await readState(terminal, options, (store) => readMetrics(store, month));
      if (options.json === true) {
        terminal.print(JSON.stringify({ version: 1, targets: judgeTargets(metrics), metrics }, null, 2));
      } else if (options.prometheus === true) {
        terminal.print(metricsPrometheus(metrics).trimEnd());
      } else {
        terminal.print(metricsTable(metrics));
      }
    });
}

function readMonth(month: string): string {
  if (/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) return month;
  throw new TreadleError('usage', '--month takes a year and a month', {
    remedy: 'For instance: --month 2026-11',
  });
}

async function readMetrics(store: Store, month: string): Promise<MetricsDocument> {
  const documents = openDocuments(await store.read());
  return (await documents.read(layout.monthlyMetrics(month), metricsCodec)) ?? emptyMetrics(month);
}
