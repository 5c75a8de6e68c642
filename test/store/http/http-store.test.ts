import { afterAll, beforeAll, expect } from 'vitest';

import { describeStoreContract } from '../contract.ts';
import { startGitHost, type GitHost } from './git-host.ts';

let host: GitHost;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.close());

describeStoreContract('the HTTP store', async () => {
  const repository = await host.createRepository();
  return {
    open: () => host.open(repository),
    async close() {
      expect(await host.git(repository, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
    },
  };
});
