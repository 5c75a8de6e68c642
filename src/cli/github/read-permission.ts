import { TreadleError } from '../../base/errors.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Permission } from '../../forge/port/people.ts';

/** What somebody may do in a repository, as far as their own token tells: GitHub lets only those ask who may write. */
export async function readPermission(forge: Forge, login: string): Promise<Permission> {
  try {
    return await forge.people.permission(login);
  } catch (error) {
    if (error instanceof TreadleError && error.code === 'forge-denied') return 'read';
    throw error;
  }
}
