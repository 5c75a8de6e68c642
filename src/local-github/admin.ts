import { timingSafeEqual } from 'node:crypto';

import { sha256 } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import { bearerOf } from './auth.ts';
import { conclusions, permissions, runStatuses, type UserRecord } from './data/records.ts';
import type { Repository } from './data/repository.ts';
import { createBare } from './git/create-bare.ts';
import { type Answer, created, noContent, ok } from './http/answer.ts';
import { ApiFailure, invalid, notFound } from './http/api-failure.ts';
import { addEndpoint, type Application, type Call } from './http/endpoint.ts';
import {
  type Fields,
  isFields,
  oneOf,
  optionalFlag,
  optionalList,
  optionalNames,
  optionalText,
  requiredText,
} from './http/fields.ts';
import { holdClosings } from './pulls/closing-keywords.ts';
import { renderFullRepository } from './render/repository.ts';
import { renderProfile } from './render/user.ts';
import { renderWorkflowRun } from './render/workflow-run.ts';
import type { ServerContext } from './server-context.ts';
import { completeRun } from './workflows/complete-run.ts';

/** The login of the account behind every workflow run's GITHUB_TOKEN. */
const defaultTokenLogin = 'github-actions[bot]';

const loginPattern = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}(?:\[bot\])?$/i;
const namePattern = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

/** The endpoints below `/_local/`, for whoever set the server up: they need the admin token as bearer. */
export function addAdminEndpoints(app: Application, server: ServerContext, adminToken: string): void {
  app.use('/_local/*', async (context, next) => {
    const given = bearerOf(context.req.header('authorization')) ?? '';
    if (!timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(adminToken)))) {
      throw new ApiFailure(401, 'The admin token is needed');
    }
    await next();
  });
  addEndpoint(app, server, 'put', '/_local/users/:login', (call) => putUser(server, call));
  addEndpoint(app, server, 'patch', '/_local/users/:login', (call) => renameUser(server, call));
  addEndpoint(app, server, 'put', '/_local/teams/:org/:team', (call) => putTeam(server, call));
  addEndpoint(app, server, 'post', '/_local/tokens', (call) => postToken(server, call));
  addEndpoint(app, server, 'put', '/_local/repositories/:owner/:repo', (call) =>
    // One at a time: a second request for the same name finds what the first one made.
    server.exclusively({ fullName: '' }, () => putRepository(server, call)),
  );
  addEndpoint(app, server, 'put', '/_local/repositories/:owner/:repo/collaborators/:login', (call) =>
    putCollaborator(server, call),
  );
  addEndpoint(app, server, 'put', '/_local/repositories/:owner/:repo/closings', async (call) => {
    const repository = server.database.repository(call.param('owner'), call.param('repo'));
    if (repository === undefined) throw notFound();
    await holdClosings(server, repository, optionalFlag(call.fields, 'held') ?? false);
    return noContent;
  });
  addEndpoint(app, server, 'get', '/_local/workflow-runs/:id{[0-9]+}', (call) => {
    const { repository, run } = findRun(server, call);
    return ok({
      ...renderWorkflowRun(server, repository, run),
      inputs: run.inputs,
      event_payload: run.payload,
    });
  });
  addEndpoint(app, server, 'post', '/_local/workflow-runs/:id{[0-9]+}/status', (call) => {
    const { repository, run } = findRun(server, call);
    const status = oneOf(call.fields, 'status', runStatuses, 'WorkflowRun') ?? run.status;
    const attempt = call.fields['attempt'];
    const runAttempt = typeof attempt === 'number' ? attempt : run.runAttempt;
    const changed = repository.workflowRuns.put(run.id, {
      ...run,
      status,
      runAttempt,
      updatedAt: server.now(),
    });
    return ok(renderWorkflowRun(server, repository, changed));
  });
  addEndpoint(app, server, 'post', '/_local/workflow-runs/:id{[0-9]+}/complete', async (call) => {
    const { repository, run } = findRun(server, call);
    const conclusion = oneOf(call.fields, 'conclusion', conclusions, 'WorkflowRun') ?? 'success';
    const completed = await completeRun(server, repository, run, conclusion, artifactsOf(call.fields));
    if (completed === null) throw new ApiFailure(409, 'The run is completed already');
    return ok(renderWorkflowRun(server, repository, completed));
  });
}

function findRun(
  server: ServerContext,
  call: Call,
): { repository: Repository; run: NonNullable<ReturnType<Repository['workflowRuns']['get']>> } {
  for (const repository of server.database.repositories()) {
    const run = repository.workflowRuns.get(call.param('id'));
    if (run !== undefined) return { repository, run };
  }
  throw notFound();
}

function artifactsOf(
  fields: Fields,
): readonly { readonly name: string; readonly files: Record<string, string> }[] {
  return (optionalList(fields, 'artifacts') ?? []).map((artifact) => {
    const files = isFields(artifact['files']) ? Object.entries(artifact['files']) : [];
    return {
      name: requiredText(artifact, 'name', 'Artifact'),
      files: Object.fromEntries(
        files.map(([path, text]) => [path, typeof text === 'string' ? text : JSON.stringify(text)]),
      ),
    };
  });
}

function ensureUser(server: ServerContext, login: string, type?: 'User' | 'Bot'): UserRecord {
  if (!loginPattern.test(login)) throw invalid({ resource: 'User', field: 'login', code: 'invalid' });
  const kind = type ?? (login.endsWith('[bot]') ? 'Bot' : 'User');
  return server.database.ensureUser(login, kind, server.now());
}

function putUser(server: ServerContext, call: Call): Answer {
  const type = oneOf(call.fields, 'type', ['User', 'Bot'], 'User');
  return ok(renderProfile(server, ensureUser(server, call.param('login'), type)));
}

function renameUser(server: ServerContext, call: Call): Answer {
  const user = server.database.userByLogin(call.param('login'));
  const login = requiredText(call.fields, 'login', 'User');
  if (user === undefined) throw notFound();
  if (!loginPattern.test(login) || server.database.userByLogin(login) !== undefined) {
    throw invalid({ resource: 'User', field: 'login', code: 'invalid' });
  }
  return ok(renderProfile(server, server.database.renameUser(user, login)));
}

function putTeam(server: ServerContext, call: Call): Answer {
  const logins = optionalNames(call.fields, 'members') ?? [];
  const ids = logins.map((login) => ensureUser(server, login).id);
  server.database.putTeam(call.param('org'), call.param('team'), ids);
  return noContent;
}

function postToken(server: ServerContext, call: Call): Answer {
  const kind = oneOf(call.fields, 'kind', ['user', 'app', 'default'], 'Token') ?? 'user';
  const login = kind === 'default' ? defaultTokenLogin : requiredText(call.fields, 'login', 'Token');
  const user = kind === 'default' ? ensureUser(server, login, 'Bot') : server.database.userByLogin(login);
  if (user === undefined) throw new ApiFailure(404, `There is no user ${login}`);
  return created({ token: server.database.createToken(user, kind, server.now()), kind, login: user.login });
}

async function putRepository(server: ServerContext, call: Call): Promise<Answer> {
  const owner = call.param('owner');
  const name = call.param('repo');
  const known = server.database.repository(owner, name);
  if (known !== undefined) return ok(renderFullRepository(server, known, 'admin'));
  if (!namePattern.test(name)) throw invalid({ resource: 'Repository', field: 'name', code: 'invalid' });
  ensureUser(server, owner);
  const source = optionalText(call.fields, 'import');
  const wanted = optionalText(call.fields, 'defaultBranch');
  const place = server.database.placeOf(owner, name);
  const defaultBranch = await createBare(place.path, {
    ...(source === undefined ? {} : { source }),
    ...(wanted === undefined ? {} : { defaultBranch: wanted }),
  }).catch((error: unknown) => {
    if (error instanceof TreadleError && error.code === 'import-failed')
      throw new ApiFailure(422, error.message);
    throw error;
  });
  const now = server.now();
  const repository = await server.database.addRepository({
    id: server.database.nextId(),
    owner,
    name,
    private: optionalFlag(call.fields, 'private') ?? false,
    defaultBranch,
    description: optionalText(call.fields, 'description') ?? null,
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
  });
  return created(renderFullRepository(server, repository, 'admin'));
}

function putCollaborator(server: ServerContext, call: Call): Answer {
  const repository = server.database.repository(call.param('owner'), call.param('repo'));
  const user = server.database.userByLogin(call.param('login'));
  if (repository === undefined || user === undefined) throw notFound();
  const permission = oneOf(call.fields, 'permission', permissions, 'Collaborator') ?? 'write';
  repository.collaborators.put(user.id, permission);
  return noContent;
}
