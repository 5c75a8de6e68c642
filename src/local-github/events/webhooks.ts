import { createHmac, randomUUID } from 'node:crypto';

import type { HookRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';

const deliveryTimeoutMs = 10_000;

/** Sends the event to the repository's webhooks that want it: each is tried once, in the background. */
export function notifyHooks(
  server: ServerContext,
  repository: Repository,
  name: string,
  payload: unknown,
): void {
  const wanted = repository.hooks
    .values()
    .filter((hook) => hook.active && (hook.events.includes(name) || hook.events.includes('*')));
  if (wanted.length === 0) return;
  const text = JSON.stringify(payload);
  for (const hook of wanted) server.deliver(() => sendDelivery(repository, hook, name, text));
}

/** Tells a new webhook that it is one (`ping`). */
export function pingHook(
  server: ServerContext,
  repository: Repository,
  hook: HookRecord,
  payload: unknown,
): void {
  const text = JSON.stringify(payload);
  server.deliver(() => sendDelivery(repository, hook, 'ping', text));
}

async function sendDelivery(
  repository: Repository,
  hook: HookRecord,
  name: string,
  text: string,
): Promise<void> {
  const json = hook.contentType === 'json';
  const body = json ? text : new URLSearchParams({ payload: text }).toString();
  const status = await fetch(hook.url, {
    method: 'POST',
    headers: {
      'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
      'user-agent': 'GitHub-Hookshot/local',
      'x-github-event': name,
      'x-github-delivery': randomUUID(),
      'x-github-hook-id': String(hook.id),
      ...signatures(hook.secret, body),
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(deliveryTimeoutMs),
  }).then(
    (response) => response.status,
    () => 0,
  );
  const current = repository.hooks.get(hook.id);
  if (current !== undefined) repository.hooks.put(hook.id, { ...current, lastStatus: status });
}

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
function signatures(secret: string | null, body: string): Record<string, string> {
  if (secret === null) return {};
  return {
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}
