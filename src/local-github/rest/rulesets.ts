import type { Actor } from '../auth.ts';
import type { RulesetRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { created, ok } from '../http/answer.ts';
import { notFound } from '../http/api-failure.ts';
import type { RepositoryEndpoints } from '../http/endpoint.ts';
import { type Fields, isFields, oneOf, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import type { ServerContext } from '../server-context.ts';
import { rulesOf } from '../pulls/merge-rules.ts';
import { mayBypass } from '../pulls/ref-rules.ts';

/** Rulesets, and the rules that hold for a branch. https://docs.github.com/en/rest/repos/rules */
export function addRulesetEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const rulesetsOf = ({ record }: Repository): readonly RulesetRecord[] => record.rulesets ?? [];
  api.add('post', '/rulesets', 'admin', ({ repository, fields, actor }) => {
    const ruleset = decodeRuleset(fields, server.database.nextId(), server.now());
    repository.update({ rulesets: [...rulesetsOf(repository), ruleset] });
    return created(render(repository, ruleset, actor));
  });
  api.read('/rulesets', ({ repository, url, actor }) =>
    listAnswer(url, rulesetsOf(repository), (each) => render(repository, each, actor)),
  );
  api.read('/rulesets/:id{[0-9]+}', ({ repository, param, actor }) => {
    const ruleset = rulesetsOf(repository).find(({ id }) => String(id) === param('id'));
    if (ruleset === undefined) throw notFound();
    return ok(render(repository, ruleset, actor));
  });
  api.read('/rules/branches/:branch{.+}', ({ repository, param, url }) => {
    const rules = rulesOf(repository, param('branch')).map(({ rule, ruleset }) => ({
      ...rule,
      ruleset_source_type: 'Repository',
      ruleset_source: repository.fullName,
      ruleset_id: ruleset,
    }));
    return listAnswer(url, rules, (rule) => rule);
  });
}

function decodeRuleset(fields: Fields, id: number, createdAt: string): RulesetRecord {
  const conditions = isFields(fields['conditions']) ? fields['conditions']['ref_name'] : undefined;
  const names = isFields(conditions) ? conditions : {};
  const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
  const objects = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
  return {
    id,
    name: requiredText(fields, 'name', 'Ruleset'),
    enforcement: oneOf(fields, 'enforcement', ['active', 'disabled', 'evaluate'], 'Ruleset') ?? 'active',
    include: texts(names['include']),
    exclude: texts(names['exclude']),
    rules: objects(fields['rules']),
    bypassActors: objects(fields['bypass_actors']),
    createdAt,
  };
}

function render(
  repository: Repository,
  ruleset: RulesetRecord,
  actor: Actor | null,
): Record<string, unknown> {
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: 'branch',
    source_type: 'Repository',
    source: repository.fullName,
    enforcement: ruleset.enforcement,
    bypass_actors: ruleset.bypassActors,
    current_user_can_bypass: actor !== null && mayBypass(repository, ruleset, actor) ? 'always' : 'never',
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } },
    rules: ruleset.rules,
    created_at: ruleset.createdAt,
    updated_at: ruleset.createdAt,
  };
}
