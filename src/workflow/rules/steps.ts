import { holdsExpression } from '../../expression/template.ts';
import type { JobDraft, StepDraft, TextField } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding, suggestion } from '../finding.ts';
import { TREADLE_RUNNER } from '../roles.ts';
import { foreignStepKeys } from '../step-schema.ts';
import type { YamlScalar } from '../yaml-tree.ts';
import { entriesOf, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** The shells that need no `{0}`. */
const shells: readonly string[] = ['bash', 'sh', 'python', 'pwsh', 'node'];

/**
 * Steps are commands that Treadle runs itself: on `treadle`, at least one, each with a `run`, ids as on GitHub, a known shell, in a
 * folder of the clone.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idsteps
 */
export function* findBadSteps({ draft }: RuleInput): Iterable<Finding> {
  yield* findBadShell(draft.defaults.shell);
  yield* findBadFolder(draft.defaults.workingDirectory);
  for (const job of draft.jobs) {
    if (job.type !== 'steps') continue;
    yield* findBadRunner(job);
    if (job.pullRequest !== null) {
      const message =
        'What the pull request brings runs as the user who runs Treadle, whose token it can read. Have a workflow of GitHub’s without secrets run it, as a required check, which a commit job awaits';
      yield finding('steps-on-pull-request', job.pullRequest.node, message);
    }
    const steps = valueAt(job.node, 'steps');
    if (steps?.kind === 'list' && steps.items.length === 0) {
      yield finding('steps-empty', job.key, `The job '${job.id}' has no steps: give it at least one \`run\``);
    }
    yield* findBadShell(job.defaults.shell);
    yield* findBadFolder(job.defaults.workingDirectory);
    yield* findBadIds(job);
    for (const step of job.steps) yield* checkStep(step);
  }
}

function* findBadRunner({ id, key, runsOn }: JobDraft): Iterable<Finding> {
  if (runsOn === null) {
    yield finding(
      'runs-on-missing',
      key,
      `The job '${id}' has no \`runs-on\`: steps run on ${TREADLE_RUNNER}`,
    );
  } else if (runsOn.node.text.trim() !== TREADLE_RUNNER) {
    const message = `Steps run where Treadle runs: write \`runs-on: ${TREADLE_RUNNER}\`. For a role, say in \`prompt\` what is to be done`;
    yield finding('steps-runs-on', runsOn.node, message);
  }
}

function* checkStep(step: StepDraft): Iterable<Finding> {
  let isForeign = false;
  for (const { key } of entriesOf(step.node)) {
    const why = foreignStepKeys[key.text];
    if (why === undefined) continue;
    isForeign = true;
    yield finding('unsupported-key', key, `'${key.text}' has no meaning in a step of Treadle: ${why}`);
  }
  if (!isForeign && (step.run === null || step.run.node.text.trim() === '')) {
    yield finding('missing-key', step.node, 'The step has no `run`: it says what is to be done');
  }
  yield* findBadShell(step.shell);
  yield* findBadFolder(step.workingDirectory);
}

function* findBadIds({ steps }: JobDraft): Iterable<Finding> {
  const seen = new Set<string>();
  for (const { id } of steps) {
    if (id === null) continue;
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id.text) || id.text.startsWith('__') || id.text.length > 100) {
      const message = `'${id.text}' is not a step id: a letter or \`_\` first, then letters, digits, \`-\` and \`_\`, at most 100, not beginning with \`__\``;
      yield finding('bad-step-id', id, message);
    }
    const canonical = id.text.toLowerCase();
    if (seen.has(canonical)) {
      const message = `The step id '${id.text}' stands here twice; letter case makes no difference`;
      yield finding('duplicate-step-id', id, message);
    }
    seen.add(canonical);
  }
}

function* findBadShell(shell: YamlScalar | null): Iterable<Finding> {
  // Of expressions, which are not evaluated here, another rule speaks.
  if (shell === null || shells.includes(shell.text) || holdsExpression(shell.text)) return;
  if (/^\S.*\{0\}/.test(shell.text)) return;
  const hint = suggestion(shell.text, shells) || ` Shells: ${shells.join(', ')}, or a command with \`{0}\`.`;
  yield finding('unknown-shell', shell, `Unknown shell '${shell.text}'.${hint}`);
}

function* findBadFolder(field: TextField | null): Iterable<Finding> {
  if (field === null) return;
  const { text } = field.node;
  if (text.trim() === '') yield finding('invalid-value', field.node, '`working-directory` is empty');
  if (!/^([/\\]|[A-Za-z]:)/.test(text) && !text.split(/[/\\]/).includes('..')) return;
  const message = `'${text}' leads out of the clone: \`working-directory\` is a folder below it`;
  yield finding('invalid-value', field.node, message);
}
