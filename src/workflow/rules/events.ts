import type { Finding } from '../finding.ts';
import { finding, suggestion } from '../finding.ts';
import type { RuleInput } from './rule.ts';

const treadleEvents: readonly string[] = ['issues', 'workflow_dispatch', 'workflow_call'];

/** @see https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows */
const githubEvents: readonly string[] = [
  'branch_protection_rule',
  'check_run',
  'check_suite',
  'create',
  'delete',
  'deployment',
  'deployment_status',
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'image_version',
  'issue_comment',
  'label',
  'merge_group',
  'milestone',
  'page_build',
  'public',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'push',
  'registry_package',
  'release',
  'repository_dispatch',
  'schedule',
  'status',
  'watch',
  'workflow_run',
];

/** Events under `on` must exist; those of GitHub that start no Treadle workflow get a warning. */
export function* findUnknownEvents({ draft }: RuleInput): Iterable<Finding> {
  const { events } = draft.triggers;
  for (const event of events) {
    if (treadleEvents.includes(event.name)) continue;
    if (githubEvents.includes(event.name)) {
      const message = `The event '${event.name}' starts no Treadle workflow; these do: ${treadleEvents.join(', ')}`;
      yield finding('event-without-effect', event, message);
    } else {
      const hint =
        suggestion(event.name, [...treadleEvents, ...githubEvents]) ||
        ` Events: ${treadleEvents.join(', ')}.`;
      yield finding('unknown-event', event, `Unknown event '${event.name}'.${hint}`);
    }
  }
  const on = draft.root.byKey.get('on');
  if (on !== undefined && on.value.kind !== 'scalar' && events.length === 0) {
    const message = `\`on\` names no event. Events: ${treadleEvents.join(', ')}.`;
    yield finding('unknown-event', on.key, message);
  }
}
