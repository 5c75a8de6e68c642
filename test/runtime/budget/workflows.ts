/** Opens a gate, and goes on once it is answered. */
export const GATED = `name: Gated
on: { issues: { labels: [bug] } }
jobs:
  look:
    runs-on: backend-engineer
    max-attempts: 1
    prompt: Look at it.
    outputs: { pull-request: {} }
  approve: { type: approval, needs: look, runs-on: ceo, prompt: May we? }
  mend: { needs: approve, runs-on: backend-engineer, prompt: Mend it. }
`;
/** Has code reviewed, merges it and has it verified. */
export const CODE = `name: Code
on: { issues: { labels: [code] } }
jobs:
  look:
    runs-on: backend-engineer
    prompt: Look at it.
    outputs: { pull-request: { required: true } }
  approve:
    type: approval
    needs: look
    runs-on: ceo
    pull-request: "\${{ needs.look.outputs.pull-request }}"
  merge:
    type: commit
    needs: [look, approve]
    runs-on: engineering-manager
    pull-request: "\${{ needs.look.outputs.pull-request }}"
  verify: { type: verify, needs: merge, runs-on: qa-engineer, prompt: Try it. }
`;

/** Six legs. */
export const LEGS = `name: Legs
on: { issues: { labels: [legs] } }
jobs:
  each:
    strategy: { matrix: { part: [a, b, c, d, e, f] } }
    runs-on: backend-engineer
    prompt: "Look at \${{ matrix.part }}."
`;
/** Its agent works in a GitHub Actions workflow. */
export const ELSEWHERE = `name: Elsewhere
on: { issues: { labels: [elsewhere] } }
jobs:
  look: { runs-on: web-designer, prompt: Look at it. }
`;
export const AGENT = `name: Agent
run-name: "treadle \${{ inputs.dispatch }}"
on:
  workflow_dispatch:
    inputs: { dispatch: {}, issue: {}, run: {}, job: {}, attempt: {}, turn: {}, comment: {} }
jobs: {}
`;
export const CI = 'name: CI\non: workflow_dispatch\njobs: {}\n';
