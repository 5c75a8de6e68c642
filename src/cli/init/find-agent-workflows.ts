import { parse } from 'yaml';

import type { SettingsFile } from '../../workflow/settings.ts';

/** Names of the workflows that agents of the settings work in, as far as the repository has them. Pure but for `present`. */
export function findAgentWorkflows(
  settings: SettingsFile | null,
  present: (path: string) => string | null,
): readonly string[] {
  const files = Object.values(settings?.agents ?? {}).flatMap((agent) =>
    'workflow' in agent && typeof agent.workflow === 'string' ? [agent.workflow] : [],
  );
  return [...new Set(files)].flatMap((file) => {
    const path = `.github/workflows/${file}`;
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
