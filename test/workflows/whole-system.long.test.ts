/** Each built-in workflow to its end as a whole system: the command line, the local server, agents as processes of their own. */
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { ensureBuilt } from '../cli/built-cli.ts';
import { openShop, type Script, type Shop } from '../scenarios/shop.ts';
import { workflowOf } from '../engine/story.ts';
import { BUILT_IN, textOf, type BuiltIn } from './built-in.ts';
import { beginPlay } from './play.ts';

const AGENTS = ['qa', 'backend', 'designer', 'manager', 'product', 'reviewer'];

/** The boss is a person and answers every gate; the others are programs. */
function settings(productManager: string): string {
  return `roles:
  ceo: [boss]
  project-manager: [boss]
  product-manager: [${productManager}]
  qa-engineer: [qa]
  backend-engineer: [backend]
  web-designer: [designer]
  engineering-manager: [manager]
  code-reviewer: [reviewer]
agents:
${AGENTS.filter((login) => login !== 'product' || productManager === 'product')
  .map((login) => `  ${login}: { dispatch: command, command: [node, tools/agent.mjs] }\n`)
  .join('')}`;
}

/** What each agent answers: success with all that its job must report, and what makes the change really makes one. */
function scriptOf(key: BuiltIn): Script {
  const { workflow } = beginPlay(key).story.context();
  const called = [...workflow.jobs.values()].flatMap((job) =>
    job.type === 'call' ? [...workflowOf(textOf(job.uses.replace('treadle/', ''))).jobs.values()] : [],
  );
  return Object.fromEntries(
    [...workflow.jobs.values(), ...called].flatMap((job) => {
      if (!('declaredOutputs' in job)) return [];
      const texts = job.declaredOutputs.filter(({ name }) => name !== 'pull-request');
      const outputs = Object.fromEntries(
        texts.map(({ name, enum: values }) => [name, values[0] ?? `the ${name}`]),
      );
      const changes = texts.length < job.declaredOutputs.length;
      const change = { file: 'menu.txt', from: 'soup 3', to: 'soup 4' };
      const isLast = job.type === 'verify' && workflow.graph.descendants(job.id).size === 0;
      const expects = { file: 'menu.txt', text: 'soup 4' };
      return [
        [job.id, [{ outputs, ...(changes ? { change } : {}), ...(isLast ? { expect: expects } : {}) }]],
      ];
    }),
  );
}

interface PullJson {
  readonly number: number;
  readonly head: { readonly sha: string };
  readonly base: { readonly ref: string };
}

/** What a commit job waits for before its merge. */
async function awaitedOf(shop: Shop, job: string): Promise<string | undefined> {
  return (await (await shop.history()).run('1-1')).jobs[job]?.merge?.checks?.state;
}

beforeAll(ensureBuilt, 120_000);

describe.each(BUILT_IN)('%s', (key) => {
  test('an issue with its label is worked until it is merged, verified and closed', async () => {
    const shop = openShop({}, scriptOf(key), {
      '.github/treadle.yml': settings(key === 'ui' ? 'boss' : 'product'),
    });
    const { workflow } = beginPlay(key).story.context();
    await shop.serve(async (ask) => {
      const [label] = workflow.on.issues?.labels ?? [];
      await ask('/issues', { method: 'POST', body: { title: 'The soup is dearer', labels: [label] } });
      const answered = new Set<number>();
      await vi.waitUntil(
        async () => {
          for (const { number, base } of await ask<readonly PullJson[]>('/pulls')) {
            if (answered.has(number)) continue;
            if (key === 'self-improvement' && base.ref === 'main') {
              // Nobody but a person merges here, and not before Treadle waits for them.
              if ((await awaitedOf(shop, 'commit')) !== 'unmerged') continue;
              answered.add(number);
              await ask(`/pulls/${number}/merge`, { method: 'PUT', body: {} });
              continue;
            }
            answered.add(number);
            await ask(`/pulls/${number}/reviews`, { method: 'POST', body: { event: 'APPROVE' } });
          }
          return (await ask<{ readonly state: string }>('/issues/1')).state === 'closed';
        },
        { timeout: 200_000, interval: 200 },
      );
    });
    const history = await shop.history();
    await history.expectSound();
    const { run } = await history.run('1-1');
    expect(run).toMatchObject({ workflow: key, status: 'completed', conclusion: 'success' });
    expect(Object.values(run.jobs).map(({ conclusion }) => conclusion)).toEqual(
      [...workflow.jobs.keys()].map(() => 'success'),
    );
    expect(shop.repository.git('show', 'main:menu.txt')).toContain('soup 4');
  }, 240_000);
});
