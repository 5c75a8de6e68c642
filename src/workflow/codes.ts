/** Every diagnostic there is: its severity and what it means in one line. Codes are stable; documentation is made from this table. */
export const diagnosticCodes = {
  'invalid-yaml': { severity: 'error', meaning: 'The file is not valid YAML 1.2.' },
  'file-too-large': {
    severity: 'error',
    meaning: 'The file is larger than 1 MiB, or its aliases repeat too much.',
  },
  'too-deep': { severity: 'error', meaning: 'The file nests deeper than 50 levels.' },
  'merge-key': { severity: 'error', meaning: 'Merge keys (`<<`) are not supported, as on GitHub.' },
  'duplicate-key': {
    severity: 'error',
    meaning: 'A key stands twice in one mapping; letter case makes no difference.',
  },
  'unknown-key': { severity: 'error', meaning: 'A key that the workflow language does not have.' },
  'missing-key': { severity: 'error', meaning: 'A key that must be there is not.' },
  'wrong-type': {
    severity: 'error',
    meaning: 'A value of another kind is expected: text, number, list, mapping.',
  },
  'invalid-value': { severity: 'error', meaning: 'A value outside of those the key allows.' },
  'wrong-limit': { severity: 'error', meaning: 'A limit, a time or a count outside of its range.' },
  'not-yet-supported': {
    severity: 'error',
    meaning: 'A key of GitHub Actions that this version does not support yet.',
  },
  'unsupported-key': {
    severity: 'error',
    meaning: 'A key of GitHub Actions that has no meaning in Treadle.',
  },
  'unknown-event': { severity: 'error', meaning: 'An event under `on` that does not exist.' },
  'event-without-effect': {
    severity: 'warning',
    meaning: 'An event of GitHub that starts no Treadle workflow.',
  },
  'bad-call': {
    severity: 'error',
    meaning: 'A call of a workflow that cannot be made: by its form, its inputs, or what is called.',
  },
  'input-without-type': {
    severity: 'warning',
    meaning: 'An input of `workflow_call` without `type`, which GitHub asks for.',
  },
  'options-without-choice': {
    severity: 'warning',
    meaning: '`options` of an input that is no choice: any value is taken.',
  },
  'concurrency-deadlock': {
    severity: 'error',
    meaning: 'A job in the concurrency group of its own workflow would wait for ever.',
  },
  'concurrency-conflict': {
    severity: 'error',
    meaning: '`queue: max` cannot go with `cancel-in-progress: true`.',
  },
  'unknown-node-type': { severity: 'error', meaning: 'A job `type` that does not exist.' },
  'bad-job-id': { severity: 'error', meaning: 'A job id with characters or a length that are not allowed.' },
  'duplicate-job-id': {
    severity: 'error',
    meaning: 'Two jobs with the same id; letter case makes no difference.',
  },
  'bad-output-name': { severity: 'error', meaning: 'An output name with characters that are not allowed.' },
  'key-not-allowed': { severity: 'error', meaning: 'A key that a job of this type does not have.' },
  'prompt-missing': { severity: 'error', meaning: 'A task without `prompt`: nobody could know what to do.' },
  'runs-on-missing': { severity: 'error', meaning: 'A job of an agent without `runs-on`.' },
  'approval-without-approver': {
    severity: 'error',
    meaning: 'An approval without `runs-on`: no role is asked.',
  },
  'bad-matrix': {
    severity: 'error',
    meaning: 'A matrix that breaks a rule of GitHub, or makes more than 256 jobs.',
  },
  'race-fails-fast': {
    severity: 'warning',
    meaning: 'A matrix with `fail-fast`, of which a merge waits for any leg.',
  },
  'merge-without-branches': {
    severity: 'error',
    meaning: 'A merge with fewer than two needs joins nothing.',
  },
  'decision-without-outputs': { severity: 'error', meaning: 'A decision without outputs decides nothing.' },
  'decision-declares-output': {
    severity: 'error',
    meaning: 'An output of a decision that is no expression.',
  },
  'steps-declare-output': {
    severity: 'error',
    meaning: 'An output of a job with `steps` that is no expression.',
  },
  'steps-runs-on': { severity: 'error', meaning: 'A job with `steps` that does not run on `treadle`.' },
  'steps-on-pull-request': {
    severity: 'warning',
    meaning: 'Steps that run what a pull request brings, where they can read the token of Treadle.',
  },
  'steps-empty': { severity: 'error', meaning: 'A job with `steps` that has none.' },
  'bad-step-id': { severity: 'error', meaning: 'A step id with characters that are not allowed.' },
  'duplicate-step-id': {
    severity: 'error',
    meaning: 'Two steps of a job with the same id; letter case makes no difference.',
  },
  'unknown-shell': {
    severity: 'error',
    meaning: 'A `shell` that is not known and has no `{0}` for the script.',
  },
  'untrusted-in-run': {
    severity: 'error',
    meaning: 'An expression in `run` that brings in what strangers or agents wrote.',
  },
  'untrusted-folder': {
    severity: 'warning',
    meaning: 'An expression in `working-directory` that brings in what strangers or agents wrote.',
  },
  'output-not-declared': { severity: 'error', meaning: 'An output of an agent job given as an expression.' },
  'two-commits': { severity: 'error', meaning: 'More than one commit job in a workflow.' },
  'commit-without-verify': { severity: 'warning', meaning: 'No verify job follows the commit job.' },
  'unknown-role': { severity: 'error', meaning: '`runs-on` names a role that nobody has declared.' },
  'commit-role': { severity: 'error', meaning: 'A commit job that does not run on engineering-manager.' },
  'verify-role': { severity: 'error', meaning: 'A verify job that does not run on qa-engineer.' },
  'runs-on-without-enum': { severity: 'error', meaning: '`runs-on` from an output that may hold any text.' },
  'enum-not-role': {
    severity: 'error',
    meaning: '`runs-on` from an output whose `enum` holds what is no role.',
  },
  'runs-on-unchecked': { severity: 'error', meaning: '`runs-on` from something that anybody may write.' },
  'unknown-need': { severity: 'error', meaning: '`needs` names a job that does not exist.' },
  'duplicate-need': { severity: 'error', meaning: '`needs` names a job twice.' },
  'need-cycle': { severity: 'error', meaning: 'Jobs need each other in a circle.' },
  'no-start': { severity: 'error', meaning: 'No job is without needs, so none can be the first.' },
  'unreachable-job': { severity: 'warning', meaning: 'A job that can never run.' },
  'unknown-target': { severity: 'error', meaning: 'A rework edge to a job that does not exist.' },
  'target-not-ancestor': { severity: 'error', meaning: 'A rework edge to a job that does not come before.' },
  'target-self': { severity: 'error', meaning: 'A rework edge from a job to itself.' },
  'expression-syntax': { severity: 'error', meaning: 'An expression that does not parse.' },
  'expression-unavailable': {
    severity: 'error',
    meaning: 'A context or function that is not available at this place.',
  },
  'expression-not-allowed': {
    severity: 'error',
    meaning: 'An expression in a place where none is evaluated.',
  },
  'call-fails': { severity: 'warning', meaning: 'A call of a function that can only fail.' },
  'comparison-never-equal': {
    severity: 'warning',
    meaning: 'A comparison with a text that the other side never is.',
  },
  'if-always-true': {
    severity: 'error',
    meaning: 'Text around `${{ }}` makes an `if` a text, which is always true.',
  },
  'if-constant': { severity: 'warning', meaning: 'An `if` that reads nothing and so is always the same.' },
  'reference-unknown-job': { severity: 'error', meaning: 'An expression names a job that does not exist.' },
  'reference-not-needed': {
    severity: 'error',
    meaning: '`needs.X` where X is not among the needs of the job.',
  },
  'reference-not-ancestor': { severity: 'error', meaning: 'An `if` names a job that does not come before.' },
  'reference-unknown-output': {
    severity: 'error',
    meaning: 'An expression reads an output that the job does not have.',
  },
  'reference-unknown-property': { severity: 'error', meaning: '`needs.X` has `result` and `outputs` only.' },
  'reference-unknown-step': {
    severity: 'error',
    meaning: '`steps.X` where no step before it has the id X.',
  },
  'reference-unknown-matrix': {
    severity: 'warning',
    meaning: '`matrix.X` where the matrix of the job has no X, or the job no matrix.',
  },
  'reference-empty': {
    severity: 'warning',
    meaning: 'A property that its context does not have, so that it is empty.',
  },
  'reference-unknown-input': {
    severity: 'error',
    meaning: 'An expression reads an input that is not declared.',
  },
} as const satisfies Readonly<
  Record<string, { readonly severity: 'error' | 'warning'; readonly meaning: string }>
>;

/** The stable name of a diagnostic. */
export type DiagnosticCode = keyof typeof diagnosticCodes;
