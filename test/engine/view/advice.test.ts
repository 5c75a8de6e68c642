import { describe, expect, it } from 'vitest';
import type { Agent, Config } from '../../../src/engine/config.ts';
import type { EscalationCause } from '../../../src/engine/state/escalation.ts';
import type { JobDocument } from '../../../src/engine/state/job.ts';
import { renderDecision } from '../../../src/engine/view/decision.ts';
import { renderEscalation } from '../../../src/engine/view/escalation.ts';
import type { Workflow } from '../../../src/workflow/model.ts';
import { APPROVING, INVESTIGATING } from './cases.ts';
import { attemptOf, CONFIG, documentOf, escalationOf, failedAttempt, stateOf, turnOf } from './states.ts';
import { BUG, FAIL, jobOf, literal, to, workflowOf } from './workflows.ts';

interface Advice {
  readonly name: string;
  readonly cause?: EscalationCause;
  readonly job?: string;
  readonly workflow?: Workflow;
  readonly document?: Partial<JobDocument>;
  readonly config?: Config;
  readonly cycles?: Readonly<Record<string, number>>;
  readonly says: string;
}

const timedOut = [
  attemptOf(1, { outcome: 'timed_out', reason: 'no answer', turns: [turnOf(1, { outcome: 'timed_out' })] }),
];
const withAgent = (agent: Agent): Config => ({ ...CONFIG, agents: { alice: agent } });
const crashed = [failedAttempt(1, 'exit 1', { turns: [turnOf(1, { outcome: 'crashed' })] })];
const malformed = [failedAttempt(1, 'unreadable', { turns: [turnOf(1, { outcome: 'malformed' })] })];
const reportedOf = (outputs: Readonly<Record<string, string>>) => [
  failedAttempt(1, 'no', { turns: [turnOf(1, { outcome: 'failure', report: 'f'.repeat(64), outputs })] }),
];
const fixing = workflowOf([
  jobOf('fix', 'task', [], {
    declaredOutputs: [{ name: 'pull-request', description: '', required: true, enum: [] }],
  }),
]);
const noEdge = workflowOf([jobOf('commit', 'commit')]);

const ROWS: readonly Advice[] = [
  {
    name: 'nobody in the role',
    cause: 'nobody-in-role',
    document: { role: 'web-designer' },
    says: 'Nobody holds `web-designer`. Name somebody under `roles:` in `.github/treadle.yml`',
  },
  {
    name: 'nothing that was asked for',
    job: 'investigate',
    document: { attempts: reportedOf({}) },
    says: '`root-cause` was never reported: name the files, or the place where to begin, and a command that shows it',
  },
  {
    name: 'a part of what was asked for',
    job: 'investigate',
    document: { attempts: reportedOf({ proposal: 'x' }) },
    says: '`root-cause` was never reported: name other files or places where to look',
  },
  {
    name: 'all that was asked for, but as a failure',
    job: 'investigate',
    document: { attempts: reportedOf({ proposal: 'x', 'root-cause': 'y' }) },
    says: 'If none of this helps',
  },
  {
    name: 'something found, nothing changed',
    job: 'fix',
    workflow: fixing,
    document: { attempts: reportedOf({ cause: 'x' }) },
    says: 'Something was found, but nothing was changed: say what should change, and where.',
  },
  {
    name: 'a change that was not good enough',
    job: 'fix',
    workflow: fixing,
    document: { attempts: reportedOf({ 'pull-request': '#7' }) },
    says: 'A change was made (pull request `#7`), but it was not good enough. Say with which command it is checked',
  },
  {
    name: 'other roles are held',
    cause: 'nobody-in-role',
    says: 'a role that is held (`qa-engineer`, `backend-engineer` or `ceo`)',
  },
  {
    name: 'no role is held',
    cause: 'nobody-in-role',
    document: { role: null },
    config: { ...CONFIG, roles: {} },
    says: 'Nobody holds `the role`',
  },
  {
    name: 'a reassigned role',
    cause: 'nobody-in-role',
    document: { reassigned: 'cto' },
    says: 'Nobody holds `cto`',
  },
  {
    name: 'sent back too often',
    cause: 'cycles',
    job: 'verify',
    cycles: { 'verify.on-failure': 3 },
    says: '`verify` sent the work back to `fix` 3 times',
  },
  { name: 'all turns', cause: 'turns', job: 'investigate', says: 'All 5 turns went by' },
  { name: 'all turns of something else', cause: 'turns', job: 'approve', says: 'All turns went by' },
  {
    name: 'a loop',
    cause: 'loop',
    document: { attempts: crashed },
    says: 'or let another role look at it with `/treadle reassign ROLE WHY`',
  },
  {
    name: 'a loop of a job with a fixed role',
    cause: 'loop',
    job: 'verify',
    says: 'or go back to an earlier job',
  },
  {
    name: 'too long',
    cause: 'timeout',
    document: { attempts: timedOut },
    says: 'whether `alice` is at work at all',
  },
  {
    name: 'too long, a role',
    cause: 'timeout',
    document: { assignee: null },
    says: 'whether `backend-engineer` is at work',
  },
  {
    name: 'too long, nobody',
    cause: 'timeout',
    document: { assignee: null, role: null },
    says: 'whether `anybody` is at work',
  },
  {
    name: 'refused by the forge',
    cause: 'effect-failed',
    document: { attempts: timedOut },
    says: 'Check that its token may do this',
  },
  {
    name: 'silence on a comment',
    document: { attempts: timedOut },
    says: 'Nothing was ever reported: ask `alice`',
  },
  {
    name: 'silence of a workflow',
    document: { attempts: timedOut },
    config: withAgent({ dispatch: 'workflow', workflow: 'agent.yml' }),
    says: 'whether the workflow `agent.yml` of `alice` ran at all',
  },
  {
    name: 'silence of a command',
    document: { attempts: timedOut },
    config: withAgent({ dispatch: 'command', command: ['node', 'a.mjs'] }),
    says: 'run the command of `alice` by hand and see whether it ends: `node a.mjs`',
  },
  {
    name: 'silence of an assignee',
    document: { attempts: timedOut },
    config: withAgent({ dispatch: 'assign' }),
    says: 'check that `alice` can be assigned',
  },
  {
    name: 'a crash',
    document: { attempts: crashed },
    says: 'ended without an answer 1 time. That is for whoever maintains it, not for the task.',
  },
  {
    name: 'a crash of a command',
    document: { attempts: crashed },
    config: withAgent({ dispatch: 'command', command: ['node', 'a.mjs'] }),
    says: 'run `node a.mjs` by hand to see why',
  },
  {
    name: 'unreadable answers',
    job: 'investigate',
    document: { attempts: malformed },
    says: '1 answer could not be read. The agent must answer with one `treadle` block, with the outputs `root-cause`; check',
  },
  {
    name: 'unreadable answers without outputs',
    document: { attempts: malformed },
    says: 'one `treadle` block; check its instructions',
  },
  {
    name: 'unreadable answers of a gate',
    job: 'approve',
    document: { attempts: malformed },
    says: 'one `treadle` block; check its instructions',
  },
  {
    name: 'one reason',
    cause: 'failure',
    document: { attempts: [failedAttempt(1, 'E42'), failedAttempt(2, 'E42 ')] },
    says: 'All 2 attempts failed for the same reason: E42.',
  },
  {
    name: 'several reasons',
    document: { attempts: [failedAttempt(1, 'a'), failedAttempt(2, 'b'), failedAttempt(3, null)] },
    says: '2 attempts failed for different reasons, so different things were tried',
  },
  {
    name: 'a merge',
    job: 'commit',
    document: { merge: { pull: 44, head: null } },
    says: 'Look at pull request #44: conflicts with `main` and failing checks are shown at its end. `/treadle goto fix WHY` has it reworked.',
  },
  {
    name: 'a merge without an edge',
    job: 'commit',
    workflow: noEdge,
    says: 'Look at the pull request: conflicts with `main` and failing checks are shown at its end.\n',
  },
  { name: 'never started', says: 'Nothing yet: the job could not be started.' },
  { name: 'always', says: 'If none of this helps: make the issue clearer' },
];

describe('next steps of an escalation', () => {
  it.each(ROWS)(
    '$name',
    ({ cause = 'attempts', job = 'fix', workflow = BUG, document, config = CONFIG, cycles = {}, says }) => {
      const escalated = documentOf(job, { ...document, escalation: escalationOf({ cause, issue: null }) });
      const state = stateOf(workflow, { [job]: 'waiting' }, { run: { cycles }, jobs: [escalated] });
      const { body, decision } = renderEscalation(workflow, config, state, job);
      expect(body).toContain(says);
      expect(decision.text).toContain(says);
      expect(decision.body).toContain('comment on the CEO bead');
    },
  );

  it('no other role is offered where the role is fixed', () => {
    const commit = documentOf('commit', { escalation: escalationOf({ cause: 'nobody-in-role' }) });
    const { body } = renderEscalation(
      BUG,
      CONFIG,
      stateOf(BUG, { commit: 'waiting' }, { jobs: [commit] }),
      'commit',
    );
    expect(body).not.toContain('reassign');
  });

  it('the decision file stays the same while other jobs of the run go on', () => {
    const fix = documentOf('fix', { escalation: escalationOf() });
    const before = stateOf(BUG, { fix: 'waiting' }, { jobs: [fix] });
    const after = stateOf(
      BUG,
      { fix: 'waiting', triage: 'success' },
      { jobs: [fix, INVESTIGATING.state.jobs['triage']!], run: { updatedAt: '2026-01-06T00:00:00.000Z' } },
    );
    const texts = [before, after].map((state) => renderEscalation(BUG, CONFIG, state, 'fix').decision.text);
    expect(texts[0]).toBe(texts[1]);
  });

  it.each([
    { name: 'an unknown job', job: 'nobody' },
    { name: 'a job that is not escalated', job: 'triage' },
  ])('$name is a bug', ({ job }) => {
    expect(() => renderEscalation(BUG, CONFIG, INVESTIGATING.state, job)).toThrow(/no job|not escalated/u);
  });
});

describe('a decision', () => {
  it.each([
    { name: 'rejected: fails', edge: FAIL, says: 'counts `only` as failed' },
    { name: 'rejected: escalates', edge: { kind: 'escalate' }, says: 'asks the CEO what to do' },
    { name: 'rejected: goes back', edge: to('plan'), says: 'goes back to `plan`' },
    { name: 'approved: nothing is left', edge: FAIL, says: 'has nothing left to do on this path' },
  ])('$name', ({ edge, says }) => {
    const approval = jobOf('only', 'approval', ['plan'], { onRejected: edge, name: literal('Release?') });
    const workflow = workflowOf([jobOf('plan', 'task'), approval]);
    const gate = APPROVING.state.jobs['approve']?.gate ?? null;
    const shown = gate === null ? null : { ...gate, shown: {} };
    const state = stateOf(workflow, { only: 'waiting' }, { jobs: [documentOf('only', { gate: shown })] });
    const { title, text, body } = renderDecision(workflow, state, 'only');
    expect(title).toBe('Decide on #42: Release? (Bug fix)');
    expect(text).toContain(says);
    expect(body).toContain(says);
    expect(text).not.toContain('What was found');
  });

  it('is the same for the same gate, whatever else the run does', () => {
    const later = {
      ...APPROVING.state,
      run: { ...APPROVING.state.run, updatedAt: '2026-02-01T00:00:00.000Z', title: 'x' },
    };
    expect(renderDecision(BUG, later, 'approve')).toEqual(renderDecision(BUG, APPROVING.state, 'approve'));
  });

  it.each(['triage', 'approve'])('%s without a gate is a bug', (job) => {
    expect(() => renderDecision(BUG, INVESTIGATING.state, job)).toThrow(/no approval|no gate/u);
  });
});
