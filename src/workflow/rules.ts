import { findFailingCalls } from './rules/failing-calls.ts';
import { findIdleComparisons } from './rules/comparisons.ts';
import { findUnknownMatrixNames } from './rules/matrix-names.ts';
import { findMisplacedExpressions } from './rules/plain-texts.ts';
import { findBadCalls } from './rules/calls.ts';
import { findCommitProblems } from './rules/commits.ts';
import { findConcurrencyProblems } from './rules/concurrency.ts';
import { findIdleConditions } from './rules/conditions.ts';
import { findCycles } from './rules/cycles.ts';
import { findEmptyReferences } from './rules/empty-references.ts';
import { findUnknownEvents } from './rules/events.ts';
import { findBadInputs } from './rules/inputs.ts';
import { findBadJobIds } from './rules/job-ids.ts';
import { findMisplacedKeys } from './rules/job-keys.ts';
import { findLaterKeys } from './rules/later-keys.ts';
import { findBadLimits } from './rules/limits.ts';
import { findLonelyMerges } from './rules/merges.ts';
import { findBadNeeds } from './rules/needs.ts';
import { findOutputProblems } from './rules/outputs.ts';
import { findBadReferences } from './rules/references.ts';
import type { Rule } from './rules/rule.ts';
import { findBadRoles } from './rules/runs-on.ts';
import { findBadStrategies } from './rules/strategies.ts';
import { findBadTargets } from './rules/targets.ts';
import { findBadSteps } from './rules/steps.ts';
import { findUntrustedInRun } from './rules/untrusted-run.ts';
import { findUnreachableJobs } from './rules/unreachable.ts';

/** The semantic rules. Their order makes no difference: diagnostics are sorted by place. */
export const rules: readonly Rule[] = [
  findBadCalls,
  findBadInputs,
  findBadJobIds,
  findBadLimits,
  findBadNeeds,
  findBadReferences,
  findBadRoles,
  findBadSteps,
  findBadStrategies,
  findBadTargets,
  findCommitProblems,
  findConcurrencyProblems,
  findCycles,
  findEmptyReferences,
  findFailingCalls,
  findIdleComparisons,
  findIdleConditions,
  findLaterKeys,
  findLonelyMerges,
  findMisplacedExpressions,
  findMisplacedKeys,
  findOutputProblems,
  findUnknownEvents,
  findUnknownMatrixNames,
  findUnreachableJobs,
  findUntrustedInRun,
];
