/** Whose matter a bead looks like: scored whole words, not the first substring. */
import { describe, expect, test } from 'vitest';

import { priorityOfSeverity } from '../../src/beads/priority.ts';
import { roleLabel, routeBead } from '../../src/beads/route-bead.ts';
import { builtInRouting } from '../../src/runtime/routing.ts';
import { BUILT_IN_ROLES } from '../../src/workflow/roles.ts';
import { readRoutingTable, ROUTING_PATH } from '../../src/workflow/routing-table.ts';

const table = builtInRouting();

function route(title: string, body = '', labels: readonly string[] = []): string | null {
  return routeBead(table, BUILT_IN_ROLES, { title, body, labels })?.role ?? null;
}

describe('the built-in table', () => {
  test.each([
    ['Build failed in docker image', '', 'devops-engineer'],
    ['CI/CD pipeline is red', '', 'devops-engineer'],
    ['Makefile target all is broken', '', 'devops-engineer'],
    ['Uncaught TypeError: cart is not a function', '', 'web-designer'],
    ['ReferenceError in the shop', 'total is not defined', 'web-designer'],
    ['panic: runtime error', 'invalid memory address or nil pointer dereference', 'backend-engineer'],
    ['API request failed', 'status code 502', 'backend-engineer'],
    ['Checkout answers HTTP 500', '', 'backend-engineer'],
    ['sqlite: FOREIGN KEY constraint failed', '', 'backend-engineer'],
    ['deadlock', 'two transactions wait for each other', 'backend-engineer'],
    ['Footer is not responsive', 'The CSS of the grid', 'web-designer'],
  ])('"%s" %s → %s', (title, body, role) => {
    expect(route(title, body)).toBe(role);
  });

  test.each([
    { what: 'an undefined name in Go', title: 'undefined: foo in go build', role: 'backend-engineer' },
    {
      what: 'styles, though the text has an address',
      title: 'CSS of the header overlaps',
      body: 'See https://shop.example/api/endpoint?status=500 and http://shop.example/sql',
      role: 'web-designer',
    },
    { what: 'a number that holds 500', title: 'order 1500 wrong', role: null },
    { what: 'a number that is 404', title: 'item 404 is missing', role: null },
    { what: 'a container of the flexbox', title: 'flexbox container overflows', role: 'web-designer' },
    { what: 'a director', title: 'The director sees the wrong report', role: null },
    { what: 'equipment', title: 'Equipment list is empty', role: null },
    { what: 'a field that is required', title: 'Required field', role: null },
    { what: 'a guide that is quick', title: 'quick start guide', role: null },
    { what: 'a suite', title: 'test suite broken', role: null },
    { what: 'lifestyle and gridlock', title: 'lifestyle page in gridlock', role: null },
    { what: 'nosql', title: 'nosqlite', role: null },
    { what: 'a word that says little by itself', title: 'Nothing else', body: 'a container', role: null },
  ])('is not misled by $what', ({ title, body = '', role }) => {
    expect(route(title, body)).toBe(role);
  });

  test('a label outweighs words, and the reason tells what was found', () => {
    const bead = { title: 'Build failed', body: 'docker', labels: ['CSS', 'P1'] };
    expect(routeBead(table, BUILT_IN_ROLES, bead)).toEqual({
      role: 'web-designer',
      reason: 'styles: label css (score 20)',
    });
    expect(routeBead(table, BUILT_IN_ROLES, { ...bead, labels: [] })).toEqual({
      role: 'devops-engineer',
      reason: 'build and deployment: "build failed", "docker" (score 11)',
    });
  });

  test.each([
    ['a label', 'panic', [roleLabel('web-designer')]],
    ['its title', '[Web-Designer] panic', []],
  ])('a bead that says its role by %s has it', (_, title, labels) => {
    expect(routeBead(table, BUILT_IN_ROLES, { title, body: '', labels })).toEqual({
      role: 'web-designer',
      reason: 'the bead says so',
    });
  });

  test('a role that there is none of is not believed', () => {
    expect(route('[cfo] money', '', ['role:cto'])).toBeNull();
  });

  test('a long text is looked at for its beginning, and fast', () => {
    const noise = 'a'.repeat(20_000);
    expect(route('Slow', `${noise} docker docker docker`)).toBeNull();
    expect(route('Slow', `docker ${'undefined'.repeat(100_000)}`)).toBe('devops-engineer');
  });
});

test('of equal scores the first rule wins; declared roles count', () => {
  const { table: own } = readRoutingTable(
    {
      path: ROUTING_PATH,
      text: `rules:
  - { role: gardener, words: { tree: 2 } }
  - { role: ceo, words: { tree: 2, leaf: 1 } }
`,
    },
    ['gardener'],
  );
  if (own === null) throw new Error('it is sound');
  const at = (title: string) =>
    routeBead(own, [...BUILT_IN_ROLES, 'gardener'], { title, body: '', labels: [] });
  expect(at('The tree')).toEqual({ role: 'gardener', reason: 'gardener: "tree" (score 4)' });
  expect(at('The leaf of the tree')?.role).toBe('ceo');
  expect(at('The trees')).toBeNull();
});

test('severities are priorities', () => {
  expect((['critical', 'high', 'medium', 'low'] as const).map(priorityOfSeverity)).toEqual([0, 1, 2, 3]);
});
