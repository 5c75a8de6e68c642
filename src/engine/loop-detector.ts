import { sha256 } from '../base/digest.ts';
import type { Sha256 } from '../base/digest.ts';
import { canonicalJsonLine } from '../base/canonical-json.ts';
import type { RunView } from './draft.ts';
import type { ReportReceived } from './event.ts';
import type { JobDocument } from './state/job.ts';

const sameReports = 3;
const alternations = 6;

/** By this two reports are the same: outcome, outputs and summary. */
export function digestReport(report: Pick<ReportReceived, 'outcome' | 'outputs' | 'summary'>): Sha256 {
  const { outcome, outputs, summary } = report;
  return sha256(canonicalJsonLine({ outcome, outputs, summary }));
}

/** Tells whether the last three turns since the last reset brought the same report. */
export function repeatsItself(document: JobDocument): boolean {
  const reports: (Sha256 | null)[] = [];
  const counted = document.attempts.slice(document.budgetFrom - 1);
  for (const attempt of counted.toReversed()) {
    for (const turn of attempt.turns.toReversed()) {
      reports.push(turn.report);
      if (reports.length === sameReports) return reports.every((one) => one !== null && one === reports[0]);
    }
  }
  return false;
}

/**
 * In words when the work goes to and fro between two roles only: A then B, six times running, with nobody else in between. Null
 * otherwise. Looks at the whole run, so it is asked only when a rework edge is taken.
 */
export function findAlternation(view: RunView): string | null {
  const worked: { readonly role: string; readonly at: string }[] = [];
  for (const job of view.workflow.jobs.keys()) {
    const document = view.document(job);
    if (document?.role === null || document === undefined) continue;
    for (const attempt of document.attempts) {
      if (attempt.turns.length > 0) worked.push({ role: document.role, at: attempt.startedAt });
    }
  }
  worked.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const roles = worked.slice(-2 * alternations).map((one) => one.role);
  const [first, second] = roles;
  if (roles.length < 2 * alternations || first === undefined || second === undefined || first === second) {
    return null;
  }
  const alternates = roles.every((role, index) => role === (index % 2 === 0 ? first : second));
  return alternates ? `the work went from ${first} to ${second} ${alternations} times running` : null;
}
