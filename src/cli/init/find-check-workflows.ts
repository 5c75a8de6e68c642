import { readYamlObject } from '../read-yaml-object.ts';

/** Events whose runs are checks of what is merged, before it or after. */
const CHECKING = ['push', 'pull_request', 'pull_request_target', 'merge_group'];

/**
 * Names of the workflows that check commits, as far as they are not Treadle's own: that they end wakes Treadle, which awaits the
 * checks of a merge and makes beads of failures on the default branch. One without a name goes by its path, as on GitHub. A file
 * that cannot be read is left out. Pure but for `present`.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run
 */
export function findCheckWorkflows(
  paths: readonly string[],
  present: (path: string) => string | null,
): readonly string[] {
  return paths.flatMap((path) => {
    if (/^\.github\/workflows\/treadle(?:-[\w-]+)?\.ya?ml$/.test(path)) return [];
    const workflow = readYamlObject(present(path) ?? '');
    if (workflow === null || !eventsOf(workflow['on']).some((event) => CHECKING.includes(event))) return [];
    const { name } = workflow;
    // Whoever is awaited under this name would wake itself.
    if (name === 'Treadle') return [];
    return [typeof name === 'string' && name.trim() !== '' ? name : path];
  });
}

function eventsOf(on: unknown): readonly string[] {
  if (typeof on === 'string') return [on];
  if (Array.isArray(on)) return on.map(String);
  return typeof on === 'object' && on !== null ? Object.keys(on) : [];
}
