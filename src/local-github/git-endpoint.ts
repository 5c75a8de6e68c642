import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import type { Context } from 'hono';

import { type Actor, actorPermission, identify, reaches } from './auth.ts';
import type { Repository } from './data/repository.ts';
import { type BackendRequest, serveGit } from './git/http-backend.ts';
import type { Application, Environment } from './http/endpoint.ts';
import { readPush } from './git/push-commands.ts';
import { noOid } from './git/refs.ts';
import { publishPush, type RefMove } from './pulls/publish-push.ts';
import { findPushViolations, takesNoForce } from './pulls/ref-rules.ts';
import { reconcileLocked } from './pulls/reconcile.ts';
import type { ServerContext } from './server-context.ts';

const paths = /^\/(?:info\/refs|git-upload-pack|git-receive-pack)$/;

/** Git's smart HTTP protocol at `/git/OWNER/NAME.git` (also without `.git`). */
export function addGitEndpoint(app: Application, server: ServerContext): void {
  app.all('/git/:owner/:repo/*', async (context) => {
    const identity = identify(server.database, context.req.header('authorization'));
    if (identity.kind === 'unknown-token') return challenge();
    const actor = identity.kind === 'actor' ? identity.actor : null;
    const name = context.req.param('repo').replace(/\.git$/, '');
    const repository = server.database.repository(context.req.param('owner'), name);
    const url = new URL(context.req.url);
    const pathInfo = url.pathname.replace(/^\/git\/[^/]+\/[^/]+/, '');
    if (repository === undefined || !paths.test(pathInfo)) return plain(404, 'Repository not found.');
    const pushes = pathInfo === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
    const permission = actorPermission(repository, actor);
    if (!reaches(permission, 'read'))
      return actor === null ? challenge() : plain(404, 'Repository not found.');
    if (pushes && actor === null) return challenge();
    if (pushes && !reaches(permission, 'write')) {
      return plain(403, `Permission to ${repository.fullName}.git denied to ${actor?.user.login ?? ''}.`);
    }
    const request = {
      method: context.req.method,
      path: repository.path,
      pathInfo,
      query: url.search.slice(1),
      headers: context.req.raw.headers,
      body: context.req.raw.body,
      login: actor?.user.login ?? null,
    };
    if (pathInfo !== '/git-receive-pack' || actor === null) return streamAnswer({ ...request, env: {} });
    return receivePush(server, repository, actor, request, context);
  });
}

function challenge(): Response {
  return new Response('Authentication required.', {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="GitHub"', 'content-type': 'text/plain' },
  });
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain' } });
}

async function streamAnswer(request: BackendRequest): Promise<Response> {
  const answer = await serveGit(request);
  answer.done.catch(() => undefined);
  const body = Readable.toWeb(answer.body) as ReadableStream<Uint8Array>;
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/**
 * Takes a push. The hooks of the repository refuse what the token may not write and record the refs that were moved; the answer is
 * held back until what follows from the push has been recorded.
 */
async function receivePush(
  server: ServerContext,
  repository: Repository,
  actor: Actor,
  request: Omit<BackendRequest, 'env'>,
  context: Context<Environment>,
): Promise<Response> {
  const directory = await mkdtemp(join(tmpdir(), 'treadle-push-'));
  try {
    const record = join(directory, 'moves');
    const { rules, ...checked } = await checkRules(repository, actor, request);
    const answer = await serveGit({
      ...request,
      ...checked,
      env: {
        ...rules,
        TREADLE_PUSH_RECORD: record,
        TREADLE_PROTECT_WORKFLOWS: actor.tokenKind === 'default' ? '1' : '',
      },
    });
    const body = await buffer(answer.body);
    await answer.done;
    const moves = parseMoves(await readFile(record, 'utf8').catch(() => ''));
    await server.exclusively(repository, async () => {
      await reconcileLocked(server, repository, actor);
      await publishPush(server, repository, moves, actor);
    });
    return context.body(new Uint8Array(body), { status: 200, headers: Object.fromEntries(answer.headers) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * What the rules of branches say of a push: to the hook, which git asks before it moves a ref. A push that git may read otherwise than
 * we do is refused.
 */
async function checkRules(
  repository: Repository,
  actor: Actor,
  { headers, body }: Pick<BackendRequest, 'headers' | 'body'>,
): Promise<Pick<BackendRequest, 'headers' | 'body'> & { readonly rules: Readonly<Record<string, string>> }> {
  if ((repository.record.rulesets ?? []).length === 0 || body === null) return { headers, body, rules: {} };
  const push = await readPush(headers, body);
  const refusals: string[] = [];
  const forward: string[] = [];
  if (push.commands === null) refusals.push(UNREADABLE);
  for (const { ref, before, after } of push.commands ?? []) {
    // Its commits are not here yet: the hook looks whether it is a fast-forward.
    const problems = await findPushViolations(repository, { ref, before, after }, actor, 'elsewhere');
    if (problems.length > 0) refusals.push(refusalText(ref, problems));
    if (before !== noOid && after !== noOid && takesNoForce(repository, ref, actor)) forward.push(ref);
  }
  const rules = { TREADLE_PUSH_REFUSAL: refusals.join('\n'), TREADLE_PUSH_FORWARD: forward.join('\n') };
  return { headers: push.headers, body: push.body, rules };
}

const UNREADABLE = 'error: This repository has rules, and which refs the push moves cannot be told.\n';

function refusalText(ref: string, problems: readonly string[]): string {
  return [
    `error: GH013: Repository rule violations found for ${ref}.`,
    '',
    ...problems.map((each) => `- ${each}`),
    '',
  ].join('\n');
}

function parseMoves(text: string): readonly RefMove[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = '', ref = ''] = line.split(' ');
      return { before, after, ref };
    });
}
