import type { Task } from '../../src/engine/view/task.ts';

/** The task that `docs/agents.md` shows; its type keeps the document true. */
export const sampleTask: Task = {
  schema: 'treadle.task/v1',
  dispatch: '5d1fca9f3fd0b6d6a3c9e0b1',
  repository: 'local/shop',
  baseBranch: 'main',
  run: { id: '7-1', title: '#7 Total is off by one', workflow: 'bug', workflowName: 'Bug fix' },
  issue: { number: 7, title: 'Total is off by one', body: '3 + 4 gives 8' },
  job: { id: 'investigate', type: 'task', role: 'backend-engineer' },
  assignee: { login: 'blake-bot', id: 4 },
  attempt: 2,
  try: 1,
  maxAttempts: 3,
  turn: 2,
  maxTurns: 5,
  prompt: 'Find the root cause of bug #7 and propose a fix.',
  outputs: [{ name: 'root-cause', description: 'the line that is wrong', required: true, enum: [] }],
  needs: { triage: { specialist: 'backend-engineer' } },
  earlierTurns: [{ turn: 1, outcome: 'continue', summary: 'tests run', outputs: {} }],
  feedback: { from: 'approve', text: 'Please look at the rounding, too.' },
  previousAttempts: [
    {
      attempt: 1,
      outcome: 'success',
      reason: null,
      startedAt: '2026-03-02T09:00:00Z',
      endedAt: '2026-03-02T09:05:00Z',
      turns: 2,
    },
  ],
  progress: '1 of 6 jobs done · 4 dispatches · 1 cycle',
  deadline: '2026-03-02T10:20:00Z',
  answer: {
    outcomes: ['success', 'failure', 'continue'],
    block: '…',
    command: 'treadle report 5d1fca9f3fd0b6d6a3c9e0b1 --outcome success --output root-cause=VALUE',
  },
};
