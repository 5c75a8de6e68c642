import { parse } from 'yaml';

import type { SettingsFile } from '../../workflow/settings.ts';

/** Agents that work in a workflow of the repository, and where that is. */
export function agentWorkflowFiles(
  settings: SettingsFile | null,
): readonly { readonly login: string; readonly path: string }[] {
  return Object.entries(settings?.agents ?? {}).flatMap(([login, agent]) =>
    'workflow' in agent && typeof agent.workflow === 'string'
      ? [{ login, path: `.github/workflows/${agent.workflow}` }]
      : [],
  );
}

/** Names of the workflows that agents of the settings work in, as far as the repository has them. Pure but for `present`. */
export function findAgentWorkflows(
  settings: SettingsFile | null,
  present: (path: string) => string | null,
): readonly string[] {
  const paths = new Set(agentWorkflowFiles(settings).map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const text = present(path);
    return text === null ? [] : [nameOf(text) ?? path];
  });
}

/** A workflow's own name; null where it has none, and then its path stands for it. */
function nameOf(text: string): string | null {
  try {
    const { name } = parse(text) as { readonly name?: unknown };
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}
