import { invariant } from '../base/errors.ts';
import type { Forge } from '../forge/port/forge.ts';
import { readRoutingTable, ROUTING_PATH, type RoutingTable } from '../workflow/routing-table.ts';
import { readTemplate } from './package-files.ts';

/** The routing table that holds, and what is wrong with the repository's own, for people. */
export interface FoundRouting {
  readonly table: RoutingTable;
  readonly problem: string | null;
}

/** Treadle's own routing table. */
export function builtInRouting(): RoutingTable {
  const { table } = readRoutingTable({ path: ROUTING_PATH, text: readTemplate(ROUTING_PATH) }, []);
  invariant(table !== null, "Treadle's own routing table is sound");
  return table;
}

/**
 * The routing table of the default branch, or Treadle's own. One with errors holds up no bead: Treadle's own takes its place.
 *
 * @param roles roles that were declared besides the built-in ones
 */
export async function findRouting(forge: Forge, roles: readonly string[]): Promise<FoundRouting> {
  const text = await forge.files.read(ROUTING_PATH, await forge.files.defaultBranch());
  if (text === undefined) return { table: builtInRouting(), problem: null };
  const { table, diagnostics } = readRoutingTable({ path: ROUTING_PATH, text }, roles);
  if (table !== null) return { table, problem: null };
  const [first] = diagnostics;
  const place = first === undefined ? '' : `:${first.start.line}:${first.start.column}: ${first.message}`;
  return { table: builtInRouting(), problem: `${ROUTING_PATH}${place}; the built-in table is used instead` };
}
