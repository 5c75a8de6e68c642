import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';

import type { Oid, Store } from '../../../src/store/port.ts';
import { draft, write } from '../contract.ts';
import { branch, type GitHost } from './git-host.ts';

/** Appends commits that count, each decided anew after a conflict, and gives their ids. */
export async function writeMany(store: Store, name: string, count: number): Promise<readonly Oid[]> {
  const published: Oid[] = [];
  for (let n = 1; n <= count; n += 1) {
    for (let isDone = false; !isDone;) {
      const batch = store.begin(await store.read());
      const total = Number((await batch.tip.readFile('total')) ?? '0') + 1;
      const changes = [write('total', `${total}`), write(`writers/${name}`, `${n}`)];
      const oid = await batch.append(draft(changes, { message: `${name} ${n}\n` }));
      isDone = (await batch.publish()) === 'published';
      if (isDone) published.push(oid);
      else await delay(Math.random() * 100);
    }
  }
  return published;
}

/** Checks that the branch holds what was acknowledged, in order, and nothing else. */
export async function expectNothingLost(
  host: GitHost,
  repository: string,
  writers: readonly (readonly Oid[])[],
): Promise<void> {
  const log = await host.git(repository, 'log', '--reverse', '--format=%H', branch);
  const history = log.split('\n');
  expect(history).toHaveLength(writers.flat().length);
  for (const own of writers) expect(history.filter((oid) => own.includes(oid))).toEqual(own);
  expect(await host.git(repository, 'show', `${branch}:total`)).toBe(`${history.length}`);
  expect(await host.git(repository, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
}
