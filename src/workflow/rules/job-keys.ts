import type { JobDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { callerKeys, foreignKeys, jobTypes, keysOfType, kindNames } from '../job-kinds.ts';
import type { JobType } from '../model.ts';
import { entriesOf, scalarAt, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** Each type of job has its keys: some it must have, others it does not know. */
export function* findMisplacedKeys({ draft }: RuleInput): Iterable<Finding> {
  for (const job of draft.jobs) {
    if (job.node.kind !== 'map' || !hasKnownType(job)) continue;
    yield* findForeign(job);
    yield* findMissing(job);
  }
}

/** Whether a job runs commands or calls a workflow instead of asking somebody. */
export function isWithoutAgent({ type, node }: JobDraft): boolean {
  return type === 'steps' || valueAt(node, 'uses') !== undefined;
}

function hasKnownType({ node }: JobDraft): boolean {
  const type = valueAt(node, 'type');
  return type === undefined || (type.kind === 'scalar' && jobTypes.some((known) => known === type.text));
}

const kinds = Object.keys(keysOfType) as JobType[];

function* findForeign(job: JobDraft): Iterable<Finding> {
  if (job.uses !== null) {
    for (const { key } of entriesOf(job.node)) {
      if (callerKeys.includes(key.text) || foreignKeys[key.text] !== undefined) continue;
      const message = `'${key.text}' cannot go with \`uses\`: a job that calls a workflow has ${callerKeys.join(', ')}`;
      yield finding('key-not-allowed', key, message);
    }
    return;
  }
  const allowed = keysOfType[job.type];
  for (const { key } of entriesOf(job.node)) {
    if (allowed.includes(key.text) || foreignKeys[key.text] !== undefined) continue;
    const owners = kinds.filter((kind) => keysOfType[kind].includes(key.text)).map((kind) => kindNames[kind]);
    if (owners.length === 0) continue;
    const kind = job.type === 'steps' ? kindNames.steps : `a job of type ${job.type}`;
    const message = `'${key.text}' does not belong to ${kind}, only to: ${owners.join(', ')}`;
    yield finding('key-not-allowed', key, message);
  }
}

function* findMissing(job: JobDraft): Iterable<Finding> {
  const isMissing = (key: string): boolean => {
    const value = valueAt(job.node, key);
    return value === undefined || (value.kind === 'scalar' && value.text.trim() === '');
  };
  if (job.isAgentJob && !isWithoutAgent(job) && isMissing('runs-on')) {
    const message = `The job '${job.id}' has no \`runs-on\`: it names the role that does the job`;
    yield finding('runs-on-missing', job.key, message);
  }
  if (job.type === 'task' && !isWithoutAgent(job) && isMissing('prompt')) {
    yield finding(
      'prompt-missing',
      job.key,
      `The task '${job.id}' has no \`prompt\`: it says what is to be done`,
    );
  }
  if (job.type === 'approval' && isMissing('runs-on')) {
    const message = `The approval '${job.id}' has no \`runs-on\`: it names the role that approves`;
    yield finding('approval-without-approver', job.key, message);
  }
  if (job.type === 'commit' && scalarAt(job.node, 'pull-request') === undefined) {
    const message = `The commit '${job.id}' has no \`pull-request\`: it says what is merged`;
    yield finding('missing-key', job.key, message);
  }
}
