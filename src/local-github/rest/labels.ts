import type { IssueRecord, LabelRecord } from '../data/records.ts';
import { created, noContent, ok } from '../http/answer.ts';
import { ApiFailure, invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { optionalNames, optionalText, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { renderLabel, renderLabels } from '../render/issue.ts';
import type { ServerContext } from '../server-context.ts';
import { createLabel, ensureLabels, labelNamed } from './ensure-labels.ts';
import { findIssue } from './find-issue.ts';
import { publishLabelChanges } from './issues.ts';

/** Labels of the repository and of issues. */
export function addLabelEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  addRepositoryLabelEndpoints(api, server);
  addIssueLabelEndpoints(api, server);
}

function addRepositoryLabelEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/labels', ({ repository, url }) =>
    listAnswer(url, repository.labels.values(), (label) => renderLabel(server, repository, label)),
  );
  api.read('/labels/:name', (call) => ok(renderLabel(server, call.repository, findLabel(call))));
  api.add('post', '/labels', 'triage', ({ repository, fields }) => {
    const name = requiredText(fields, 'name', 'Label');
    if (labelNamed(repository, name) !== undefined) {
      throw invalid({ resource: 'Label', field: 'name', code: 'already_exists' });
    }
    const color = optionalText(fields, 'color');
    requireColor(color);
    const label = createLabel(server, repository, {
      name,
      color,
      description: optionalText(fields, 'description'),
    });
    return created(renderLabel(server, repository, label));
  });
  api.add('patch', '/labels/:name', 'triage', (call) => {
    const label = findLabel(call);
    const color = optionalText(call.fields, 'color');
    requireColor(color);
    const changed = call.repository.labels.put(label.id, {
      ...label,
      name: optionalText(call.fields, 'new_name') ?? label.name,
      color: color ?? label.color,
      description: optionalText(call.fields, 'description') ?? label.description,
    });
    return ok(renderLabel(server, call.repository, changed));
  });
  api.add('delete', '/labels/:name', 'triage', (call) => {
    const label = findLabel(call);
    for (const issue of call.repository.issues.values().filter((each) => each.labelIds.includes(label.id))) {
      const labelIds = issue.labelIds.filter((id) => id !== label.id);
      call.repository.issues.put(issue.number, { ...issue, labelIds });
    }
    call.repository.labels.remove(label.id);
    return noContent;
  });
}

function findLabel(call: RepositoryCall): LabelRecord {
  const label = labelNamed(call.repository, call.param('name'));
  if (label === undefined) throw notFound();
  return label;
}

function requireColor(color: string | undefined): void {
  if (color === undefined || /^[0-9a-f]{6}$/i.test(color)) return;
  throw invalid({ resource: 'Label', field: 'color', code: 'invalid' });
}

function addIssueLabelEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const path = '/issues/:number{[0-9]+}/labels';
  const change = async (
    call: RepositoryCall & SignedIn,
    decide: (issue: IssueRecord) => readonly number[],
  ): Promise<readonly unknown[]> => {
    const issue = findIssue(call);
    const labelIds = decide(issue);
    const saved = call.repository.issues.put(issue.number, { ...issue, labelIds, updatedAt: server.now() });
    await publishLabelChanges(server, call.repository, saved, issue.labelIds, call.actor);
    return renderLabels(server, call.repository, saved.labelIds);
  };
  const named = (call: RepositoryCall): readonly number[] =>
    ensureLabels(server, call.repository, optionalNames(call.fields, 'labels') ?? []);

  api.read(path, (call) =>
    listAnswer(call.url, renderLabels(server, call.repository, findIssue(call).labelIds), (label) => label),
  );
  api.add('post', path, 'triage', async (call) =>
    ok(await change(call, (issue) => [...new Set([...issue.labelIds, ...named(call)])])),
  );
  api.add('put', path, 'triage', async (call) => ok(await change(call, () => named(call))));
  api.add('delete', path, 'triage', async (call) => {
    await change(call, () => []);
    return noContent;
  });
  api.add('delete', `${path}/:name`, 'triage', async (call) => {
    const label = labelNamed(call.repository, call.param('name'));
    if (label === undefined || !findIssue(call).labelIds.includes(label.id)) {
      throw new ApiFailure(404, 'Label does not exist');
    }
    return ok(await change(call, (issue) => issue.labelIds.filter((id) => id !== label.id)));
  });
}
