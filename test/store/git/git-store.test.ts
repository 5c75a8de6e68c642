import { expect } from 'vitest';

import { openGitStore } from '../../../src/store/git/git-store.ts';
import { describeStoreContract } from '../contract.ts';
import { branch, createRepository } from './temporary-repository.ts';

describeStoreContract('the git store', async () => {
  const repository = await createRepository();
  return {
    open: () => openGitStore({ repository: repository.path, branch }),
    async close() {
      expect(await repository.git('fsck', '--strict', '--full', '--no-dangling')).toBe('');
      await repository.remove();
    },
  };
});
