import { readFileSync } from 'node:fs';

import type { Config } from '../../src/engine/config.ts';

/** The workflows that Treadle brings along and that can work a bead, by key. */
export const BUILT_IN = ['bug', 'feature', 'ui', 'self-improvement', 'waterfall'] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
/** Those of them that only others call. */
export const CALLED = ['waterfall-phase', 'waterfall-testing'] as const;

export function textOf(key: string): string {
  return readFileSync(new URL(`../../workflows/${key}.yml`, import.meta.url), 'utf8');
}

const ROLES = [
  'ceo',
  'engineering-manager',
  'qa-engineer',
  'web-designer',
  'backend-engineer',
  'frontend-engineer',
  'devops-engineer',
  'product-manager',
  'project-manager',
  'code-reviewer',
];

/** Every role is held by somebody of its own. */
export const everybody: Config = {
  version: 1,
  roles: Object.fromEntries(
    ROLES.map((role, index) => [
      role,
      [{ login: role === 'ceo' ? 'carol' : role, id: index + 1, kind: 'user' }],
    ]),
  ),
  agents: {},
  settings: { baseBranch: 'main', protectedPaths: [], leaseMinutes: 5 },
};
