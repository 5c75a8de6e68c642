import type { LabelRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';

/** The label of that name, without regard to case. */
export function labelNamed(repository: Repository, name: string): LabelRecord | undefined {
  return repository.labels.values().find((label) => label.name.toLowerCase() === name.toLowerCase());
}

/** The ids of the labels of those names; labels that do not exist are made, as GitHub does. */
export function ensureLabels(
  server: ServerContext,
  repository: Repository,
  names: readonly string[],
): readonly number[] {
  const ids = names
    .filter((name) => name.trim() !== '')
    .map((name) => (labelNamed(repository, name) ?? createLabel(server, repository, { name })).id);
  return [...new Set(ids)];
}

/** GitHub's grey for labels without a colour of their own. */
const defaultColor = 'ededed';

/** Makes a label. */
export function createLabel(
  server: ServerContext,
  repository: Repository,
  label: {
    readonly name: string;
    readonly color?: string | undefined;
    readonly description?: string | undefined;
  },
): LabelRecord {
  const id = server.database.nextId();
  return repository.labels.put(id, {
    id,
    name: label.name,
    color: label.color ?? defaultColor,
    description: label.description ?? null,
    default: false,
  });
}
