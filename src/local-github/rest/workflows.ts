import type { WorkflowRecord } from '../data/records.ts';
import { publishEvent } from '../events/publish-event.ts';
import { listRefs } from '../git/refs.ts';
import { type Answer, noContent, ok } from '../http/answer.ts';
import { ApiFailure, invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { type Fields, isFields, optionalFlag, optionalObject, requiredText } from '../http/fields.ts';
import { countedAnswer } from '../http/pagination.ts';
import { renderWorkflow } from '../render/workflow-run.ts';
import { repositoryHtmlUrl, repositoryUrl } from '../render/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { inputsOf } from '../workflows/dispatch-inputs.ts';
import { listWorkflowFiles } from '../workflows/list-workflow-files.ts';
import { recordWorkflow } from '../workflows/start-runs.ts';

/** Workflows and the two ways to dispatch them. */
export function addWorkflowEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/actions/workflows', async (call) => {
    const workflows = await currentWorkflows(server, call);
    return countedAnswer(call.url, 'workflows', workflows, (workflow) =>
      renderWorkflow(server, call.repository, workflow),
    );
  });
  api.read('/actions/workflows/:workflow', async (call) =>
    ok(renderWorkflow(server, call.repository, await findWorkflow(server, call))),
  );
  api.add('put', '/actions/workflows/:workflow/disable', 'write', async (call) => {
    const workflow = await findWorkflow(server, call);
    call.repository.workflows.put(workflow.id, { ...workflow, disabled: 'manually' });
    return noContent;
  });
  api.add('put', '/actions/workflows/:workflow/enable', 'write', async (call) => {
    const { id, path, name, createdAt, updatedAt } = await findWorkflow(server, call);
    call.repository.workflows.put(id, { id, path, name, createdAt, updatedAt });
    return noContent;
  });
  api.add('post', '/actions/workflows/:workflow/dispatches', 'write', (call) =>
    dispatchWorkflow(server, call),
  );
  api.add('post', '/dispatches', 'write', (call) => dispatchRepository(server, call));
}

/** The workflows of the default branch. */
async function currentWorkflows(
  server: ServerContext,
  call: RepositoryCall,
): Promise<readonly WorkflowRecord[]> {
  const { repository } = call;
  const refs = await listRefs(repository.path, `refs/heads/${repository.record.defaultBranch}`);
  const tip = refs[0]?.oid;
  if (tip === undefined) return [];
  const files = await listWorkflowFiles(repository.path, tip);
  return files.map((file) => recordWorkflow(server, repository, file));
}

/** The workflow that the path names by id or by file name, on the default branch or seen in an earlier run. */
export async function findWorkflow(server: ServerContext, call: RepositoryCall): Promise<WorkflowRecord> {
  const name = call.param('workflow');
  await currentWorkflows(server, call);
  const path = name.includes('/') ? name : `.github/workflows/${name}`;
  const known = call.repository.workflows.get(name);
  const found = known ?? call.repository.workflows.values().find((workflow) => workflow.path === path);
  if (found === undefined) throw notFound();
  return found;
}

async function dispatchWorkflow(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Answer> {
  const { repository, actor, fields } = call;
  const workflow = await findWorkflow(server, call);
  if (workflow.disabled !== undefined)
    throw new ApiFailure(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  const name = requiredText(fields, 'ref', 'Workflow');
  const names = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  const ref = (await listRefs(repository.path, ...names)).find((each) => names.includes(each.name));
  if (ref === undefined) throw new ApiFailure(422, `No ref found for: ${name}`);
  const files = await listWorkflowFiles(repository.path, ref.oid);
  const file = files.find((each) => each.path === workflow.path);
  const trigger = file?.triggers.find((each) => each.event === 'workflow_dispatch');
  if (trigger === undefined) throw new ApiFailure(422, "Workflow does not have 'workflow_dispatch' trigger");
  const inputs = inputsOf(trigger, optionalObject(fields, 'inputs') ?? {});
  if (inputs.kind === 'refused') throw new ApiFailure(422, inputs.reason);
  const [run] = await publishEvent(server, repository, {
    name: 'workflow_dispatch',
    action: null,
    payload: { inputs: inputs.values, ref: ref.name, workflow: workflow.path },
    actor,
    source: { kind: 'ref', ref: ref.name, sha: ref.oid },
  });
  if (run === undefined || optionalFlag(fields, 'return_run_details') !== true) return noContent;
  return ok({
    workflow_run_id: run.id,
    run_url: `${repositoryUrl(server, repository)}/actions/runs/${run.id}`,
    html_url: `${repositoryHtmlUrl(server, repository)}/actions/runs/${run.id}`,
  });
}

/** GitHub's limits: https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event */
const payloadLimits = { properties: 10, characters: 65_535, type: 100 } as const;

async function dispatchRepository(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Answer> {
  const { repository, actor, fields } = call;
  const type = requiredText(fields, 'event_type', 'RepositoryDispatch');
  if (type.length > payloadLimits.type) {
    throw invalid({ resource: 'RepositoryDispatch', field: 'event_type', code: 'invalid' });
  }
  await publishEvent(server, repository, {
    name: 'repository_dispatch',
    action: type,
    payload: { branch: repository.record.defaultBranch, client_payload: clientPayload(fields) },
    actor,
    source: { kind: 'default-branch' },
  });
  return noContent;
}

function clientPayload(fields: Fields): Fields {
  const payload = fields['client_payload'] ?? {};
  if (!isFields(payload)) throw new ApiFailure(422, 'Invalid request.\n\nclient_payload is not an object.');
  if (Object.keys(payload).length > payloadLimits.properties) {
    throw new ApiFailure(
      422,
      `No more than ${payloadLimits.properties} properties are allowed in client_payload.`,
    );
  }
  if (JSON.stringify(payload).length > payloadLimits.characters) {
    throw new ApiFailure(422, 'client_payload is too large.');
  }
  return payload;
}
