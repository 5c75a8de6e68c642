import type { Failure } from '../../beads/failure.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { WorkflowRun } from '../../forge/port/workflows.ts';
import type { RepositoryConfig } from '../repository-config.ts';
import { addMinutes } from '../wake.ts';
import { workflowPath } from '../workflow-agent.ts';

/** How far back is looked: an event that was lost is made up for by the next one within this time. */
const LOOK_BACK_MINUTES = 24 * 60;
/** Treadle's own workflows. */
const OWN = /^\.github\/workflows\/treadle[\w-]*\.ya?ml$/;

/**
 * The failed workflow runs of the base branch as failures, oldest first. One request; none where the settings watch nothing. Runs
 * of Treadle and of its agents do not count: what an agent failed at is an attempt that failed. A workflow is one failure,
 * however often and for whatever commit it fails, so that a fix that does not help files nothing new.
 */
export async function readFailedRuns(
  forge: Forge,
  { config, healing }: RepositoryConfig,
  now: string,
): Promise<readonly Failure[]> {
  if (!healing.watches) return [];
  const since = addMinutes(now, -LOOK_BACK_MINUTES);
  const runs = await forge.workflows.failedOn(config.settings.baseBranch, since);
  const agents = new Set(
    Object.values(config.agents).flatMap((agent) =>
      agent.dispatch === 'workflow' ? [workflowPath(agent)] : [],
    ),
  );
  const isWatched = ({ path }: WorkflowRun): boolean => {
    if (agents.has(path) || OWN.test(path)) return false;
    return healing.workflows === null || healing.workflows.some((name) => path.endsWith(`/${name}`));
  };
  return runs
    .filter((run) => run.state === 'completed' && isWatched(run))
    .toReversed()
    .map((run) => failureOf(run, config.settings.baseBranch));
}

function failureOf(
  { id, path, event, title, attempt, url, updatedAt }: WorkflowRun,
  branch: string,
): Failure {
  const file = path.replace(/^.*\//, '');
  return {
    id: `workflow run ${id}.${attempt}`,
    title: `${file} fails on ${branch}`,
    source: 'ci',
    errorType: 'workflow-failure',
    message: `The workflow ${file} concluded with failure on ${branch}.`,
    stack: '',
    severity: 'high',
    context: { run: url.slice(0, 200), event, about: title.slice(0, 200) },
    occurredAt: updatedAt,
  };
}
