import { afterAll, beforeAll, describe } from 'vitest';

import { describeCommentsContract } from './contract/comments.ts';
import { describeFilesContract } from './contract/files.ts';
import { describeIssuesContract } from './contract/issues.ts';
import { describeMergeContract } from './contract/merge.ts';
import { describePeopleContract } from './contract/people.ts';
import { describePullsContract } from './contract/pulls.ts';
import { describeRelationsContract } from './contract/relations.ts';
import { describeReviewsContract } from './contract/reviews.ts';
import { describeVariablesContract } from './contract/variables.ts';
import type { ForgeHost } from './contract/world.ts';

/** What every adapter of the forge port must do, on whatever forge `openHost` opens. */
export function describeForgeContract(name: string, openHost: () => Promise<ForgeHost>): void {
  describe(name, () => {
    let host: ForgeHost | undefined;
    beforeAll(async () => {
      host = await openHost();
    });
    afterAll(() => host?.close());
    const newWorld: ForgeHost['newWorld'] = () => {
      if (host === undefined) throw new Error('the host is not open');
      return host.newWorld();
    };
    describePeopleContract(newWorld);
    describeFilesContract(newWorld);
    describeIssuesContract(newWorld);
    describeRelationsContract(newWorld);
    describeCommentsContract(newWorld);
    describePullsContract(newWorld);
    describeReviewsContract(newWorld);
    describeMergeContract(newWorld);
    describeVariablesContract(newWorld);
  });
}
