import type { ParsedReport } from '../../codec/report-block.ts';
import type { Happening } from '../wake.ts';

/**
 * What an agent's answer means for its dispatch.
 *
 * @param ifNone what to say where it holds no report
 */
export function readAnswer(
  dispatch: { readonly job: string; readonly dispatch: string },
  parsed: ParsedReport,
  source: string,
  ifNone: string,
): Happening {
  const { job, dispatch: id } = dispatch;
  switch (parsed.kind) {
    case 'none':
      return { type: 'report_malformed', dispatch: id, job, problem: ifNone, source };
    case 'malformed':
      return { type: 'report_malformed', dispatch: id, job, problem: parsed.problem, source };
    case 'report': {
      const { outcome, outputs, summary, usage } = parsed.report;
      return { type: 'report_received', dispatch: id, job, outcome, outputs, summary, usage, source };
    }
  }
}
