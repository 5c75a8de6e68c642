import type { HookRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { pingHook } from '../events/webhooks.ts';
import { created, noContent, ok } from '../http/answer.ts';
import { invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints } from '../http/endpoint.ts';
import { optionalFlag, optionalNames, optionalObject, optionalText, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { renderRepository, repositoryUrl } from '../render/repository.ts';
import { renderUser } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

const id = '/hooks/:id{[0-9]+}';

/** Webhooks of a repository, for its admins. */
export function addHookEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.add('get', '/hooks', 'admin', ({ repository, url }) =>
    listAnswer(url, repository.hooks.values(), (hook) => renderHook(server, repository, hook)),
  );
  api.add('get', id, 'admin', (call) => ok(renderHook(server, call.repository, findHook(call))));
  api.add('post', '/hooks', 'admin', (call) => {
    const { repository, actor } = call;
    const now = server.now();
    const blank: HookRecord = {
      id: server.database.nextId(),
      url: '',
      contentType: 'form',
      secret: null,
      events: ['push'],
      active: true,
      createdAt: now,
      updatedAt: now,
      lastStatus: null,
    };
    requiredText(optionalObject(call.fields, 'config') ?? {}, 'url', 'Hook');
    const hook = repository.hooks.put(blank.id, withFields(server, blank, call));
    const rendered = renderHook(server, repository, hook);
    pingHook(server, repository, hook, {
      zen: 'Keep it logically awesome.',
      hook_id: hook.id,
      hook: rendered,
      repository: renderRepository(server, repository),
      sender: renderUser(server, actor.user),
    });
    return created(rendered);
  });
  api.add('patch', id, 'admin', (call) => {
    const hook = findHook(call);
    const changed = call.repository.hooks.put(hook.id, withFields(server, hook, call));
    return ok(renderHook(server, call.repository, changed));
  });
  api.add('delete', id, 'admin', (call) => {
    call.repository.hooks.remove(findHook(call).id);
    return noContent;
  });
}

function findHook(call: RepositoryCall): HookRecord {
  const hook = call.repository.hooks.get(call.param('id'));
  if (hook === undefined) throw notFound();
  return hook;
}

function withFields(server: ServerContext, hook: HookRecord, call: RepositoryCall): HookRecord {
  const config = optionalObject(call.fields, 'config') ?? {};
  const url = optionalText(config, 'url') ?? hook.url;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw invalid({ resource: 'Hook', field: 'url', code: 'invalid' });
  const type = optionalText(config, 'content_type');
  return {
    ...hook,
    url,
    contentType: type === undefined ? hook.contentType : type === 'json' ? 'json' : 'form',
    secret: optionalText(config, 'secret') ?? hook.secret,
    events: optionalNames(call.fields, 'events') ?? hook.events,
    active: optionalFlag(call.fields, 'active') ?? hook.active,
    updatedAt: server.now(),
  };
}

function renderHook(
  server: ServerContext,
  repository: Repository,
  hook: HookRecord,
): Record<string, unknown> {
  const url = `${repositoryUrl(server, repository)}/hooks/${hook.id}`;
  const answered = hook.lastStatus !== null && hook.lastStatus > 0;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: hook.contentType,
      insecure_ssl: '0',
      // The secret itself is never shown again.
      ...(hook.secret === null ? {} : { secret: '********' }),
    },
    created_at: hook.createdAt,
    updated_at: hook.updatedAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: {
      code: answered ? hook.lastStatus : null,
      status: hook.lastStatus === null ? 'unused' : answered ? 'active' : 'connection_error',
      message: null,
    },
  };
}
