/** How the jobs of a generated workflow need each other. */
export type Shape = 'mixed' | 'chain' | 'fan' | 'grid';

/**
 * The text of a workflow of so many jobs, for tests and benchmarks. `mixed` is what a large workflow looks like: blocks of ten jobs
 * with a fan, a matrix and a decision, whose prompts and conditions read the outputs of others. The other shapes hold
 * agents' jobs only, and are small enough for 10,000 of them to fit into a file.
 */
export function workflowText(shape: Shape, jobs: number): string {
  const head = ['name: Large', 'on: workflow_dispatch', 'jobs:'];
  const lines = Array.from({ length: jobs }, (_, index) => jobLines[shape](index)).flat();
  return `${[...head, ...lines].join('\n')}\n`;
}

const jobLines: Readonly<Record<Shape, (index: number) => readonly string[]>> = {
  mixed: mixedJob,
  chain: (index) => [plainJob(index, index === 0 ? [] : [index - 1])],
  fan: (index) => [plainJob(index, index === 0 ? [] : [0])],
  grid: (index) => [plainJob(index, index < GRID_WIDTH ? [] : [index - GRID_WIDTH, rightOf(index)])],
};

const GRID_WIDTH = 50;

/** In the row above, the job to the right: at the edge the first one. */
function rightOf(index: number): number {
  const row = Math.floor(index / GRID_WIDTH) - 1;
  return row * GRID_WIDTH + ((index + 1) % GRID_WIDTH);
}

function plainJob(index: number, needs: readonly number[]): string {
  const list = needs.length === 0 ? '' : `needs: [${needs.map((need) => `j${need}`).join(', ')}], `;
  return `  j${index}: { ${list}runs-on: backend-engineer, prompt: x }`;
}

/** Five lines a job on average: what they are is told by the place in the block of ten. */
function mixedJob(index: number): readonly string[] {
  const first = index - (index % 10);
  const id = (place: number): string => `j${first + place}`;
  const keys = mixedKeys(index % 10, id, first % 100 === 0 ? null : `j${first - 1}`);
  return [`  j${index}:`, ...keys.map((key) => `    ${key}`)];
}

function mixedKeys(place: number, id: (place: number) => string, before: string | null): readonly string[] {
  switch (place) {
    case 0:
      return [
        ...(before === null ? [] : [`needs: ${before}`]),
        'runs-on: qa-engineer',
        'prompt: Look at ${{ bead.title }} and say what is wrong.',
        'outputs:',
        '  cause: { required: true, description: what is wrong }',
        '  role: { enum: [backend-engineer, web-designer] }',
      ];
    case 6:
      return [
        `needs: [${[1, 2, 3, 4, 5].map(id).join(', ')}]`,
        'runs-on: backend-engineer',
        'strategy:',
        '  fail-fast: false',
        `  matrix: { os: [linux, mac], part: [1, 2], include: [{ os: linux, of: "\${{ needs.${id(1)}.outputs.result }}" }] }`,
        'prompt: Test ${{ matrix.os }} and ${{ matrix.part }}.',
        'outputs: { report: {} }',
      ];
    case 7:
      return [
        'type: decision',
        `needs: ${id(6)}`,
        `outputs: { deep: "\${{ contains(needs.${id(6)}.outputs.report, 'deep') }}" }`,
      ];
    case 8:
      return [
        `needs: [${id(6)}, ${id(7)}]`,
        `if: needs.${id(7)}.outputs.deep != 'true'`,
        'runs-on: ceo',
        `prompt: Look at \${{ needs.${id(6)}.outputs.report }}`,
      ];
    case 9:
      return [
        `needs: [${id(7)}, ${id(8)}]`,
        'if: ${{ !failure() && !cancelled() }}',
        'runs-on: qa-engineer',
        `prompt: Sum up what was \${{ needs.${id(8)}.result }}.`,
      ];
    default:
      return [
        `needs: ${id(0)}`,
        place === 1 ? `runs-on: \${{ needs.${id(0)}.outputs.role }}` : 'runs-on: backend-engineer',
        `if: \${{ needs.${id(0)}.outputs.cause != '' }}`,
        'prompt: |',
        `  Mend \${{ needs.${id(0)}.outputs.cause }}.`,
        '  It is the run ${{ run.id }} of ${{ github.repository }}.',
        'outputs: { result: { required: true } }',
        ...(place === 2 ? ['timeout-minutes: 30', 'max-attempts: 2', `on-failure: ${id(0)}`] : []),
      ];
  }
}
