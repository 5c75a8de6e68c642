import { TreadleError } from '../../base/errors.ts';
import { renderReport } from '../../codec/report-block.ts';
import { isSomebody } from '../../runtime/authorise.ts';
import type { ActionInputs } from '../inputs.ts';
import type { Step } from '../step.ts';
import type { Surroundings } from '../surroundings.ts';
import { adapters } from '../wire.ts';

/**
 * Answers a dispatch by a comment on the bead, under the account of the token.
 *
 * @throws {TreadleError} `input-invalid` without a bead; `report-anonymous` for the default token, which is no agent's identity
 */
export async function reportMode(
  step: Step,
  { token, report }: ActionInputs,
  around: Surroundings,
  issueOfEvent: number | null,
): Promise<void> {
  const issue = report.issue ?? issueOfEvent;
  if (issue === null) {
    throw new TreadleError('input-invalid', 'the input issue is empty, and the event is about no issue', {
      remedy: "Give the bead's number under with: issue.",
    });
  }
  const forge = adapters.forge(around.apiUrl, around.repository, token, step.say);
  const viewer = await forge.people.viewer();
  if (!isSomebody(viewer)) {
    throw new TreadleError(
      'report-anonymous',
      `a report by ${viewer.login} counts for nobody: every workflow has that name`,
      {
        remedy:
          "Pass the agent's own token under with: token, or answer by the artifact (report/action.yml).",
      },
    );
  }
  const { job, outcome, outputs, summary } = report;
  const id = await forge.comments.create(issue, renderReport({ outcome, job, outputs, summary }));
  step.say(`reported ${outcome} on #${issue} as ${viewer.login}`);
  step.output('comment', String(id));
}
