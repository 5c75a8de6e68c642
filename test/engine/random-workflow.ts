import fc from 'fast-check';

/** What a random workflow is made of: one choice record for each job, interpreted against the jobs before it. */
interface JobChoice {
  readonly kind: number;
  readonly needs: readonly number[];
  readonly condition: number;
  readonly edge: number;
  readonly rejected: number;
  readonly late: number;
  readonly role: number;
  readonly attempts: number;
  readonly turns: number;
  readonly delay: boolean;
  readonly forgiving: boolean;
  readonly broken: boolean;
  readonly matrix: number;
}

const jobChoice: fc.Arbitrary<JobChoice> = fc.record({
  kind: fc.nat(11),
  needs: fc.array(fc.nat(20), { maxLength: 3 }),
  condition: fc.nat(9),
  edge: fc.nat(20),
  rejected: fc.nat(20),
  late: fc.nat(20),
  role: fc.nat(9),
  attempts: fc.integer({ min: 1, max: 3 }),
  turns: fc.integer({ min: 1, max: 3 }),
  delay: fc.boolean(),
  forgiving: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  broken: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  matrix: fc.nat(11),
});

const conditions = [
  'always()',
  'failure()',
  'cancelled()',
  '!failure()',
  'success() || failure()',
  "always() && github.actor != ''",
];

const strategies = [
  '{ matrix: { n: [1, 2, 3] } }',
  '{ fail-fast: false, matrix: { n: [1, 2] } }',
  '{ max-parallel: 1, matrix: { n: [1, 2, 3], exclude: [{ n: 2 }] } }',
  "{ fail-fast: false, max-parallel: 2, matrix: { n: '${{ fromJSON(''[1,2,3]'') }}' } }",
  "{ matrix: '${{ fromJSON(github.event.issue.title) }}' }",
];

/** YAML of a random workflow with every node type, rework edges, conditions, empty roles and broken expressions. */
export const randomWorkflow: fc.Arbitrary<string> = fc
  .record({
    jobs: fc.array(jobChoice, { minLength: 1, maxLength: 8 }),
    maxCycles: fc.nat(2),
  })
  .map(({ jobs, maxCycles }) => {
    const ancestors: Set<number>[] = [];
    let hasCommit = false;
    const texts = jobs.map((choice, index) => {
      const needs = index === 0 ? [] : [...new Set(choice.needs.map((need) => need % index))];
      const before = new Set(needs.flatMap((need) => [need, ...(ancestors[need] ?? [])]));
      ancestors.push(before);
      let type = typeOf(choice.kind, needs.length);
      if (type === 'commit' && hasCommit) type = 'task';
      if (type === 'commit') hasCommit = true;
      return describe(`j${index}`, type, choice, needs, [...before]);
    });
    return `on: workflow_dispatch\nmax-cycles: ${maxCycles}\njobs:\n${texts.join('')}`;
  });

function typeOf(kind: number, needs: number): string {
  const types = ['task', 'task', 'task', 'task', 'verify', 'commit', 'approval', 'approval', 'decision'];
  return types[kind] ?? (needs >= 2 ? (kind === 9 ? 'merge all' : 'merge any') : 'decision');
}

function describe(
  id: string,
  type: string,
  choice: JobChoice,
  needs: readonly number[],
  ancestors: readonly number[],
): string {
  const lines = [`    type: ${type.split(' ')[0] ?? ''}`];
  const add = (key: string, value: string | number) => lines.push(`    ${key}: ${value}`);
  const target = (n: number): string => {
    const targets = [...ancestors.map((ancestor) => `j${ancestor}`), 'escalate', 'fail'];
    return targets[n % targets.length] ?? 'fail';
  };
  const broken = '${{ fromJSON(github.event.issue.title) }}';
  if (needs.length > 0) add('needs', `[${needs.map((need) => `j${need}`).join(', ')}]`);
  const condition = needs.length === 0 ? undefined : conditions[choice.condition];
  if (condition !== undefined) add('if', `\${{ ${condition} }}`);
  const strategy = ['task', 'verify', 'approval', 'decision'].includes(type)
    ? strategies[choice.matrix]
    : undefined;
  if (strategy !== undefined) add('strategy', strategy);
  if (choice.forgiving) add('continue-on-error', strategy === undefined ? 'true' : '${{ matrix.n != 2 }}');
  if (type === 'decision') add('outputs', `{ x: "${choice.broken ? broken : 'y'}" }`);
  if (type === 'merge any') add('wait', 'any');
  if (type === 'approval') {
    add('runs-on', choice.role === 0 ? 'product-manager' : 'ceo');
    add('prompt', choice.broken ? broken : 'Well?');
    add('on-rejected', target(choice.rejected));
    add('on-timeout', target(choice.late));
    if (choice.delay) add('pull-request', 12);
  }
  const roles: Record<string, string> = { verify: 'qa-engineer', commit: 'engineering-manager' };
  if (['task', 'verify', 'commit'].includes(type)) {
    add('runs-on', roles[type] ?? (choice.role === 0 ? 'product-manager' : 'backend-engineer'));
    add('prompt', choice.broken && type !== 'commit' ? broken : 'Do it.');
    add('max-attempts', choice.attempts);
    add('max-turns', choice.turns);
    if (choice.delay) add('retry-delay', '5m');
    add('on-failure', target(choice.edge));
    add('on-timeout', target(choice.late));
  }
  if (type === 'commit') add('pull-request', choice.broken ? "'none'" : 12);
  return `  ${id}:\n${lines.join('\n')}\n`;
}
