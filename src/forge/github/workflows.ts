import type { WorkflowRun, Workflows } from '../port/workflows.ts';
import type { Connection } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { field, integerAt, listAt, nullableTextAt, textAt } from './decode.ts';
import { readArtifact } from './workflow-artifact.ts';

/** GitHub's search gives no more: https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository */
const mostListedRuns = 1000;
const pageSize = 100;

/** Runs asked for in one query: each is an alias of its own. */
const batchSize = 100;

/**
 * Workflows and their runs, over the REST API.
 *
 * @param webUrl where people see the repository
 */
export function githubWorkflows(connection: Connection, webUrl: string): Workflows {
  return {
    start: (wanted) => startWorkflow(connection, wanted),
    run: async (id) => {
      const answer = await connection.tryAsk(
        {
          what: `read the workflow run ${id}`,
          route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
          parameters: { run_id: id },
        },
        [404],
        decodeRun,
      );
      return answer.kind === 'done' ? answer.value : undefined;
    },
    states: (ids) => readStates(connection, webUrl, ids),
    dispatchedSince: (since) => listRuns(connection, since),
    failedOn: (branch, since) =>
      connection.ask(
        {
          what: `list the failed workflow runs on ${branch} since ${since}`,
          route: 'GET /repos/{owner}/{repo}/actions/runs',
          parameters: { branch, status: 'failure', created: `>=${since}`, per_page: pageSize },
        },
        (answer) => listAt(answer, 'workflow_runs').filter(isOfBranch).map(decodeRun),
      ),
    artifact: (run, name) => readArtifact(connection, run, name),
    cancel: async (run) => {
      await connection.tryAsk(
        {
          what: `cancel the workflow run ${run}`,
          route: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel',
          parameters: { run_id: run },
          repeatable: true,
        },
        // It is gone, or completed.
        [404, 409],
        ignoreAnswer,
      );
    },
  };
}

/**
 * Older servers do not know `return_run_details`: they answer 204 without the run's id, or refuse the key.
 * https://github.blog/changelog/2026-02-19-workflow-dispatch-api-now-returns-run-ids/
 */
async function startWorkflow(
  connection: Connection,
  wanted: Parameters<Workflows['start']>[0],
): ReturnType<Workflows['start']> {
  const { workflow, ref, inputs } = wanted;
  const send = (more: Readonly<Record<string, unknown>>) =>
    connection.tryAsk(
      {
        what: `start the workflow ${workflow} on ${ref}`,
        route: 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
        parameters: { workflow_id: workflow, ref, inputs: { ...inputs }, ...more },
      },
      [404, 422],
      decodeStarted,
    );
  const asked = await send({ return_run_details: true });
  const isTooNew = asked.kind === 'refused' && /return_run_details|permitted key/.test(asked.problem);
  const answer = isTooNew ? await send({}) : asked;
  if (answer.kind === 'done') return { kind: 'started', run: answer.value };
  const problem =
    answer.status === 404
      ? `there is no workflow ${workflow} on the default branch, or this token may not see it`
      : answer.problem;
  return { kind: 'refused', problem };
}

function decodeStarted(answer: unknown): number | null {
  if (typeof answer !== 'object' || answer === null) return null;
  return (field(answer, 'workflow_run_id') ?? null) === null ? null : integerAt(answer, 'workflow_run_id');
}

/**
 * GraphQL knows a run by its page. The number of a run does not fit its integers, so that it is not asked for.
 * https://docs.github.com/en/graphql/reference/objects#workflowrun
 */
async function readStates(
  connection: Connection,
  webUrl: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, WorkflowRun['state']>> {
  const wanted = [...new Set(ids)];
  const batches: Promise<readonly (readonly [number, WorkflowRun['state']])[]>[] = [];
  for (let start = 0; start < wanted.length; start += batchSize) {
    batches.push(readSomeStates(connection, webUrl, wanted.slice(start, start + batchSize)));
  }
  return new Map((await Promise.all(batches)).flat());
}

function readSomeStates(
  connection: Connection,
  webUrl: string,
  ids: readonly number[],
): Promise<readonly (readonly [number, WorkflowRun['state']])[]> {
  return connection.query(
    {
      what: `read how the workflow runs ${ids.join(', ')} stand`,
      fields: Object.fromEntries(
        ids.map((id): [string, string] => [`w${id}`, `resource(url: $w${id}) { ...standing }`]),
      ),
      fragments: { standing: 'on WorkflowRun { checkSuite { status conclusion } }' },
      variables: Object.fromEntries(ids.map((id) => [`w${id}`, ['URI!', `${webUrl}/actions/runs/${id}`]])),
    },
    (answer) =>
      ids.flatMap((id) => {
        const run = field(answer, `w${id}`) ?? null;
        const suite = run === null ? null : (field(run, 'checkSuite') ?? null);
        if (suite === null) return [];
        const conclusion = nullableTextAt(suite, 'conclusion')?.toLowerCase() ?? null;
        return [[id, stateOf(textAt(suite, 'status').toLowerCase(), conclusion)]] as const;
      }),
  );
}

/** The list is an object with a count; its runs come newest first. */
async function listRuns(connection: Connection, since: string): Promise<readonly WorkflowRun[]> {
  const runs: WorkflowRun[] = [];
  for (let page = 1; page <= mostListedRuns / pageSize; page += 1) {
    const read = await connection.ask(
      {
        what: `list the workflow runs dispatched since ${since}`,
        route: 'GET /repos/{owner}/{repo}/actions/runs',
        parameters: { event: 'workflow_dispatch', created: `>=${since}`, per_page: pageSize, page },
      },
      (answer) => listAt(answer, 'workflow_runs').map(decodeRun),
    );
    runs.push(...read);
    if (read.length < pageSize) break;
  }
  return runs;
}

/**
 * Whether a run is one of the branch itself. GitHub's filter goes by the name alone: it also finds runs of pull requests whose head
 * is a branch of that name, in a fork of whoever likes.
 */
function isOfBranch(run: unknown): boolean {
  const head = field(run, 'head_repository') ?? null;
  const isOwn = head !== null && integerAt(head, 'id') === integerAt(run, 'repository', 'id');
  return isOwn && !textAt(run, 'event').startsWith('pull_request');
}

function decodeRun(run: unknown): WorkflowRun {
  const actor = field(run, 'actor') ?? null;
  const conclusion = nullableTextAt(run, 'conclusion');
  return {
    id: integerAt(run, 'id'),
    attempt: integerAt(run, 'run_attempt'),
    event: textAt(run, 'event'),
    // GitHub may append the ref that the file was read from.
    path: textAt(run, 'path').replace(/@.*$/, ''),
    branch: nullableTextAt(run, 'head_branch'),
    head: textAt(run, 'head_sha'),
    title: nullableTextAt(run, 'display_title') ?? '',
    actor: actor === null ? null : integerAt(actor, 'id'),
    state: stateOf(nullableTextAt(run, 'status'), conclusion),
    conclusion,
    url: textAt(run, 'html_url'),
    createdAt: textAt(run, 'created_at'),
    updatedAt: textAt(run, 'updated_at'),
  };
}

/**
 * `waiting`: for the reviewers of an environment. `action_required`: for somebody who lets it begin at all; as a conclusion, too,
 * although nothing has run then.
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/approve-runs-from-forks
 */
function stateOf(status: string | null, conclusion: string | null): WorkflowRun['state'] {
  if (status === 'waiting' || status === 'action_required' || conclusion === 'action_required') return 'held';
  return status === 'completed' ? 'completed' : 'running';
}
