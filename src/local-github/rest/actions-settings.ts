import type { ActionsSettings } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { noContent, ok } from '../http/answer.ts';
import type { RepositoryEndpoints } from '../http/endpoint.ts';
import { oneOf, optionalFlag } from '../http/fields.ts';

const path = '/actions/permissions';

/** As GitHub begins a new repository: Actions may run, and their token reads only. */
const defaults: ActionsSettings = {
  enabled: true,
  allowedActions: 'all',
  shaPinningRequired: false,
  defaultPermissions: 'read',
  mayApprovePulls: false,
};

/** What a repository lets Actions do. https://docs.github.com/en/rest/actions/permissions */
export function addActionsSettingsEndpoints(api: RepositoryEndpoints): void {
  const settingsOf = ({ record }: Repository): ActionsSettings => record.actions ?? defaults;
  api.add('get', path, 'admin', ({ repository }) => {
    const { enabled, allowedActions, shaPinningRequired } = settingsOf(repository);
    return ok({ enabled, allowed_actions: allowedActions, sha_pinning_required: shaPinningRequired });
  });
  api.add('put', path, 'admin', ({ repository, fields }) => {
    const now = settingsOf(repository);
    const allowed = oneOf(fields, 'allowed_actions', ['all', 'local_only', 'selected'], 'Repository');
    repository.update({
      actions: {
        ...now,
        enabled: optionalFlag(fields, 'enabled') ?? now.enabled,
        allowedActions: allowed ?? now.allowedActions,
        shaPinningRequired: optionalFlag(fields, 'sha_pinning_required') ?? now.shaPinningRequired,
      },
    });
    return noContent;
  });
  api.add('get', `${path}/workflow`, 'admin', ({ repository }) => {
    const { defaultPermissions, mayApprovePulls } = settingsOf(repository);
    return ok({
      default_workflow_permissions: defaultPermissions,
      can_approve_pull_request_reviews: mayApprovePulls,
    });
  });
  api.add('put', `${path}/workflow`, 'admin', ({ repository, fields }) => {
    const now = settingsOf(repository);
    const asked = oneOf(fields, 'default_workflow_permissions', ['read', 'write'], 'Repository');
    repository.update({
      actions: {
        ...now,
        defaultPermissions: asked ?? now.defaultPermissions,
        mayApprovePulls: optionalFlag(fields, 'can_approve_pull_request_reviews') ?? now.mayApprovePulls,
      },
    });
    return noContent;
  });
}
