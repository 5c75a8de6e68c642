import { type CheckRunRecord, conclusions } from '../data/records.ts';
import { readCommit } from '../git/commits.ts';
import { isOid } from '../git/refs.ts';
import { created, ok } from '../http/answer.ts';
import { ApiFailure, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints } from '../http/endpoint.ts';
import { type Fields, oneOf, optionalObject, optionalText, requiredText } from '../http/fields.ts';
import { countedAnswer } from '../http/pagination.ts';
import { renderCheckRun } from '../render/status.ts';
import type { ServerContext } from '../server-context.ts';
import { commitOf } from './statuses.ts';

const resource = 'CheckRun';
const id = '/check-runs/:id{[0-9]+}';

/** Check runs. GitHub lets Apps alone create them; here whoever may write. */
export function addCheckEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.add('post', '/check-runs', 'write', async (call) => {
    const run = await createRun(server, call);
    return created(renderCheckRun(server, call.repository, run));
  });
  api.read(id, (call) => ok(renderCheckRun(server, call.repository, findRun(call))));
  api.add('patch', id, 'write', (call) => {
    const run = findRun(call);
    const changed = call.repository.checkRuns.put(run.id, withFields(server, run, call.fields));
    return ok(renderCheckRun(server, call.repository, changed));
  });
  api.read('/commits/:ref{.+}/check-runs', async (call) => {
    const sha = await commitOf(call);
    const { repository, query, url } = call;
    const runs = repository.checkRuns
      .values()
      .filter((run) => run.sha === sha)
      .filter((run) => !query.has('check_name') || run.name === query.get('check_name'))
      .filter((run) => !query.has('status') || run.status === query.get('status'));
    const shown =
      query.get('filter') === 'all' ? runs : [...new Map(runs.map((run) => [run.name, run])).values()];
    return countedAnswer(url, 'check_runs', shown, (run) => renderCheckRun(server, repository, run));
  });
}

function findRun(call: RepositoryCall): CheckRunRecord {
  const run = call.repository.checkRuns.get(call.param('id'));
  if (run === undefined) throw notFound();
  return run;
}

async function createRun(server: ServerContext, call: RepositoryCall): Promise<CheckRunRecord> {
  const { repository, fields } = call;
  const name = requiredText(fields, 'name', resource);
  const sha = requiredText(fields, 'head_sha', resource);
  if (!isOid(sha) || (await readCommit(repository.path, sha)) === null) {
    throw new ApiFailure(422, `No commit found for SHA: ${sha}`);
  }
  const run: CheckRunRecord = {
    id: server.database.nextId(),
    sha,
    name,
    status: 'queued',
    conclusion: null,
    externalId: null,
    detailsUrl: null,
    title: null,
    summary: null,
    text: null,
    startedAt: server.now(),
    completedAt: null,
  };
  return repository.checkRuns.put(run.id, withFields(server, run, fields));
}

function withFields(server: ServerContext, run: CheckRunRecord, fields: Fields): CheckRunRecord {
  const conclusion = oneOf(fields, 'conclusion', conclusions, resource) ?? null;
  const named = oneOf(fields, 'status', ['queued', 'in_progress', 'completed'], resource);
  // A conclusion completes a run, whatever status is named.
  const status = conclusion === null ? (named ?? run.status) : 'completed';
  if (status === 'completed' && conclusion === null && run.conclusion === null) {
    throw new ApiFailure(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  const output = optionalObject(fields, 'output') ?? {};
  const completedAt = optionalText(fields, 'completed_at') ?? run.completedAt ?? server.now();
  return {
    ...run,
    name: optionalText(fields, 'name') ?? run.name,
    status,
    conclusion: status === 'completed' ? (conclusion ?? run.conclusion) : null,
    externalId: optionalText(fields, 'external_id') ?? run.externalId,
    detailsUrl: optionalText(fields, 'details_url') ?? run.detailsUrl,
    title: optionalText(output, 'title') ?? run.title,
    summary: optionalText(output, 'summary') ?? run.summary,
    text: optionalText(output, 'text') ?? run.text,
    startedAt: optionalText(fields, 'started_at') ?? run.startedAt,
    completedAt: status === 'completed' ? completedAt : null,
  };
}
