import type { VariableRecord } from '../data/records.ts';
import { noContent, ok } from '../http/answer.ts';
import { ApiFailure, invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints } from '../http/endpoint.ts';
import { optionalText, requiredText } from '../http/fields.ts';
import { countedAnswer } from '../http/pagination.ts';
import type { ServerContext } from '../server-context.ts';

const path = '/actions/variables';

/** The variables of a repository's Actions. Their names know no case. */
export function addVariableEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.add('get', path, 'write', ({ repository, url }) =>
    countedAnswer(url, 'variables', repository.variables.values(), render),
  );
  // What a repository gets from an organisation: here there are none.
  api.add('get', '/actions/organization-variables', 'write', ({ url }) =>
    countedAnswer(url, 'variables', [], render),
  );
  api.add('get', `${path}/:name`, 'write', (call) => ok(render(findVariable(call))));
  api.add('post', path, 'write', ({ repository, fields }) => {
    const name = requiredText(fields, 'name', 'Variable').toUpperCase();
    if (!/^[A-Z_][A-Z0-9_]*$/.test(name) || name.startsWith('GITHUB_')) {
      throw invalid({ resource: 'Variable', field: 'name', code: 'invalid' });
    }
    if (repository.variables.get(name) !== undefined)
      throw new ApiFailure(409, 'Already exists - Variable already exists');
    const now = server.now();
    repository.variables.put(name, { name, value: valueField(fields), createdAt: now, updatedAt: now });
    return { status: 201, body: {} };
  });
  api.add('patch', `${path}/:name`, 'write', (call) => {
    const variable = findVariable(call);
    const name = (optionalText(call.fields, 'name') ?? variable.name).toUpperCase();
    const value = call.fields['value'] === undefined ? variable.value : valueField(call.fields);
    call.repository.variables.remove(variable.name);
    call.repository.variables.put(name, { ...variable, name, value, updatedAt: server.now() });
    return noContent;
  });
  api.add('delete', `${path}/:name`, 'write', (call) => {
    call.repository.variables.remove(findVariable(call).name);
    return noContent;
  });
}

function valueField(fields: RepositoryCall['fields']): string {
  const value = optionalText(fields, 'value');
  if (value === undefined) throw invalid({ resource: 'Variable', field: 'value', code: 'missing_field' });
  return value;
}

function findVariable(call: RepositoryCall): VariableRecord {
  const variable = call.repository.variables.get(call.param('name').toUpperCase());
  if (variable === undefined) throw notFound();
  return variable;
}

function render(variable: VariableRecord): Record<string, unknown> {
  return {
    name: variable.name,
    value: variable.value,
    created_at: variable.createdAt,
    updated_at: variable.updatedAt,
  };
}
