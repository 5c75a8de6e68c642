/** A workflow whose fix is a pull request that the engineering manager is asked about. */
export const COMMITTED = `name: Committed
on: { issues: { labels: [bug] } }
jobs:
  mend:
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { pull-request: { required: true } }
  merge:
    type: commit
    needs: mend
    runs-on: engineering-manager
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-failure: mend
  verify:
    type: verify
    needs: merge
    runs-on: qa-engineer
    prompt: Try it.
    on-failure: mend
`;
