import { describe, expect, it } from 'vitest';

import type { StepsRecord } from '../../../src/engine/state/job.ts';
import { BODY_LIMIT } from '../../../src/engine/view/markdown.ts';
import { renderStatusComment } from '../../../src/engine/view/status-comment.ts';
import { latestStepResults, stepResultLines } from '../../../src/engine/view/step-results.ts';
import { beginStory, config } from '../story.ts';

const WORK = `jobs:
  build: { runs-on: treadle, steps: [{ run: x }], max-attempts: 2 }
  other: { runs-on: treadle, steps: [{ run: x }] }
  ask: { runs-on: backend-engineer, prompt: x }
`;

const line = (name: string, more: Partial<StepsRecord['steps'][number]> = {}) =>
  ({ name, outcome: 'success', conclusion: 'success', reason: null, seconds: 3, ...more }) as const;

const RECORD: StepsRecord = {
  steps: [
    line('Run npm ci'),
    line('Try', { outcome: 'failure', reason: 'it ended with exit code 1', seconds: 62 }),
    line('Run *all* @everyone', {
      outcome: 'failure',
      conclusion: 'failure',
      reason: '<b>bad</b>',
      seconds: 0,
    }),
    line('Run deploy', { outcome: 'skipped', conclusion: 'skipped', seconds: 0 }),
  ],
  log: 'one\ntwo ``` @everyone\n',
  summary: '## Built <img src=x>',
  file: 'logs/42-1/build-1.log',
};

function finished(record: StepsRecord, job = 'build', outcome: 'success' | 'failure' = 'failure') {
  const story = beginStory(WORK);
  story.start();
  const reason = outcome === 'success' ? null : 'a step failed';
  const end = { job, attempt: 1, outcome, reason, outputs: {}, steps: record };
  story.happen({ type: 'steps_finished', ...end });
  return { workflow: story.context().workflow, state: story.state(), story };
}

const commentOf = (record: StepsRecord): string => {
  const { workflow, state } = finished(record);
  return renderStatusComment(workflow, config, state);
};

describe('what steps came to', () => {
  it('is in the status comment, folded and escaped', () => {
    const comment = commentOf(RECORD);
    const folded = comment.slice(
      comment.indexOf('<details><summary>Steps'),
      comment.indexOf('<details><summary>History'),
    );
    expect(folded)
      .toBe(`<details><summary>Steps of <code>build</code>, attempt 1: 2 of 4 steps succeeded</summary>

- ✓ \`Run npm ci\` success in 3 s
- ✓ \`Try\` failure, counts as success in 1 min 2 s: it ended with exit code 1
- ✗ \`Run *all* @everyone\` failure in 0 s: &lt;b&gt;bad&lt;/b&gt;
- – \`Run deploy\` skipped

**Summary**

\`\`\`text
## Built <img src=x>
\`\`\`

**The end of the log**, whole in \`treadle/logs/42-1/build-1.log\` of the repository's git folder

\`\`\`\`text
one
two \`\`\` @everyone
\`\`\`\`

</details>

`);
  });

  it('links to the page of the workflow run that ran them, and to nothing else', () => {
    const url = 'https://github.com/acme/shop/actions/runs/7';
    expect(commentOf({ steps: [], log: 'x', url })).toContain(
      `**The end of the log**: [the whole log](<${url}>)`,
    );
    expect(commentOf({ steps: [], log: 'x', url: 'javascript:x' })).not.toContain('javascript');
    expect(commentOf({ steps: [], log: '' })).not.toContain('the log');
  });

  it('fits, whatever it is, what failed first', () => {
    const steps = Array.from({ length: 1_000 }, () => line('<'.repeat(90), { reason: '['.repeat(900) }));
    const comment = commentOf({ steps, log: '`'.repeat(16_000), summary: '~'.repeat(16_000) });
    expect(comment.length).toBeLessThan(BODY_LIMIT);
    expect(comment).toContain('1 more job with steps left out here');
    const { story, workflow } = finished({ steps: [line('fine')], log: '' }, 'other', 'success');
    const broken = { job: 'build', attempt: 1, outcome: 'failure', reason: 'x', outputs: {} } as const;
    story.happen({ type: 'steps_finished', ...broken, steps: { steps: [line('broken')], log: '' } });
    const both = renderStatusComment(workflow, config, story.state());
    expect(both.indexOf('<code>build</code>')).toBeLessThan(both.indexOf('<code>other</code>'));
  });

  it('is told on a terminal, of the newest attempt that has any', () => {
    const { workflow, state } = finished({
      ...RECORD,
      log: `early\n${'x'.repeat(1_990)}\nlate \u001b[31m\n`,
    });
    const [result, ...others] = latestStepResults(workflow, state);
    expect(others).toEqual([]);
    if (result === undefined) throw new Error('there are no results');
    expect(stepResultLines(result, false)).toEqual([
      'build, attempt 1, steps:',
      '  ✓ Run npm ci           success in 3 s',
      '  ✓ Try                  failure, counts as success in 1 min 2 s: it ended with exit code 1',
      '  ✗ Run *all* @everyone  failure in 0 s: <b>bad</b>',
      '  – Run deploy           skipped',
      '  summary:',
      '    ## Built <img src=x>',
      '  the end of the log:',
      '    late \\u{001B}[31m',
      "  the whole log: treadle/logs/42-1/build-1.log in the repository's git folder",
    ]);
    expect(stepResultLines(result, true)).toContain('    early');
    const linked = { ...result, record: { steps: [], log: '', url: 'https://x/1' } };
    expect(stepResultLines(linked, true)).toEqual([
      'build, attempt 1, steps:',
      '  the whole log: https://x/1',
    ]);
  });
});
