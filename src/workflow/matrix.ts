import type { Json } from '../base/canonical-json.ts';
import { equalValues, fieldOf } from '../expression/compare.ts';
import { formatNumber } from '../expression/number-text.ts';
import { scalarText } from './yaml-tree.ts';

/** GitHub's limit of one matrix. */
const maxMatrixLegs = 256;
/** How many combinations are looked at before excludes: what is more is a mistake, and would take forever. */
const maxCombinations = 100_000;
/** GitHub's limit of a job's name, in UTF-16 units; what is longer ends with three dots. */
const maxNameUnits = 100;

/** One leg: its name, as `job (x64, linux)`, and its `matrix` context; null where everything was excluded. */
export interface MatrixConfig {
  readonly name: string;
  readonly matrix: { readonly [key: string]: Json } | null;
}

/** The legs in GitHub's order, at least one; or all that is wrong with the matrix, which then fails its job. */
export type ExpandedMatrix =
  | { readonly ok: true; readonly configs: readonly MatrixConfig[] }
  | { readonly ok: false; readonly problems: readonly string[] };

type Mapping = { readonly [key: string]: Json };

/**
 * The legs of a `strategy.matrix` whose expressions are evaluated. Combinations in the order of the file, the first vector varying
 * slowest; `exclude` before `include`; an include extends the combinations that it matches, or is a leg of its own. Values are
 * compared as expressions compare them. When nothing is left the job runs once, with `matrix` null.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
 */
export function expandMatrix(matrix: Json, jobName: string): ExpandedMatrix {
  if (!isMapping(matrix)) return invalid([`A matrix is a mapping, not ${describe(matrix)}`]);
  const read = readMatrix(matrix);
  if (read.problems.length > 0) return invalid(read.problems);
  const combinations = [...read.vectors.values()].reduce((size, values) => size * values.length, 1);
  if (combinations > maxCombinations) {
    return invalid([
      `The matrix has ${combinations} combinations; at most ${maxMatrixLegs} jobs are allowed`,
    ]);
  }
  const matched = read.include.map(() => false);
  const legs: MatrixConfig[] = [];
  for (const combination of combine(read.vectors)) {
    if (read.exclude.some((filter) => matchesAll(filter, combination))) continue;
    // By the name in small letters, as GitHub's dictionaries have it.
    const extras = new Map<string, [string, Json]>();
    for (const [index, { filter, extra }] of read.include.entries()) {
      if (!matchesAll(filter, combination)) continue;
      matched[index] = true;
      for (const [key, value] of Object.entries(extra)) {
        const [known] = extras.get(key.toLowerCase()) ?? [key];
        extras.set(key.toLowerCase(), [known, value]);
      }
    }
    const matrixOfLeg = { ...combination, ...Object.fromEntries(extras.values()) };
    legs.push({ name: nameOf(jobName, combination), matrix: matrixOfLeg });
  }
  for (const [index, { filter, extra }] of read.include.entries()) {
    if (matched[index] === true) continue;
    const own = { ...filter, ...extra };
    legs.push({ name: nameOf(jobName, own), matrix: own });
  }
  if (legs.length > maxMatrixLegs) {
    return invalid([`The matrix makes ${legs.length} jobs; at most ${maxMatrixLegs} are allowed`]);
  }
  return { ok: true, configs: legs.length > 0 ? legs : [{ name: nameOf(jobName, {}), matrix: null }] };
}

interface ReadMatrix {
  readonly vectors: ReadonlyMap<string, readonly Json[]>;
  readonly exclude: readonly Mapping[];
  readonly include: readonly { readonly filter: Mapping; readonly extra: Mapping }[];
  readonly problems: readonly string[];
}

function readMatrix(matrix: Mapping): ReadMatrix {
  const problems: string[] = [];
  const vectors = new Map<string, readonly Json[]>();
  const names = new Set<string>();
  for (const [name, values] of Object.entries(matrix)) {
    if (name === 'include' || name === 'exclude') continue;
    if (name === '') problems.push('A matrix vector has a name');
    if (names.has(name.toLowerCase())) problems.push(`Matrix vector '${name}' is already defined`);
    names.add(name.toLowerCase());
    if (!isList(values)) problems.push(`Matrix vector '${name}' is a list, not ${describe(values)}`);
    else if (values.length === 0) problems.push(`Matrix vector '${name}' does not contain any values`);
    else vectors.set(name, values);
  }
  const include = readItems(matrix, 'include', problems);
  const exclude = readItems(matrix, 'exclude', problems);
  if (names.size === 0 && include.length === 0) problems.push('Matrix must define at least one vector');
  for (const filter of exclude) {
    if (Object.keys(filter).length === 0) problems.push('Matrix exclude filter must not be empty');
    for (const key of Object.keys(filter)) {
      if (names.has(key.toLowerCase())) continue;
      problems.push(`Matrix exclude key '${key}' does not match any key within the matrix`);
    }
  }
  for (const item of include) {
    if (Object.keys(item).length === 0) problems.push('Matrix include mapping does not contain any values');
  }
  return { vectors, exclude, include: include.map((item) => split(item, names)), problems };
}

/** The mappings of `include` or `exclude`. */
function readItems(matrix: Mapping, key: 'include' | 'exclude', problems: string[]): readonly Mapping[] {
  const items = Object.hasOwn(matrix, key) ? (matrix[key] ?? null) : [];
  if (!isList(items)) {
    problems.push(`Matrix ${key} is a list, not ${describe(items)}`);
    return [];
  }
  return items.flatMap((item) => {
    if (isMapping(item)) return [item];
    problems.push(`An item of matrix ${key} is a mapping, not ${describe(item)}`);
    return [];
  });
}

/** What an include must match, and what it adds. */
function split(item: Mapping, names: ReadonlySet<string>): { filter: Mapping; extra: Mapping } {
  const isFilter = ([key]: readonly [string, Json]): boolean => names.has(key.toLowerCase());
  const entries = Object.entries(item);
  return {
    filter: Object.fromEntries(entries.filter(isFilter)),
    extra: Object.fromEntries(entries.filter((entry) => !isFilter(entry))),
  };
}

/** Every choice of one value of each vector; the last vector varies fastest. */
function* combine(vectors: ReadonlyMap<string, readonly Json[]>): Iterable<Mapping> {
  if (vectors.size === 0) return;
  const entries = [...vectors];
  const total = entries.reduce((size, [, values]) => size * values.length, 1);
  for (let index = 0; index < total; index += 1) {
    let block = total;
    const chosen: [string, Json][] = [];
    for (const [name, values] of entries) {
      block /= values.length;
      chosen.push([name, values[Math.floor(index / block) % values.length] ?? null]);
    }
    yield Object.fromEntries(chosen);
  }
}

/** Every leaf of the filter equals the value at the same path; what is missing there is null. */
function matchesAll(filter: Json, value: Json): boolean {
  if (isMapping(filter)) {
    return Object.entries(filter).every(([key, part]) => matchesAll(part, fieldOf(value, key)));
  }
  if (isList(filter)) return filter.every((part, index) => matchesAll(part, fieldOf(value, index)));
  // GitHub writes the filter as an expression, so its numbers have 15 digits.
  return equalValues(value, typeof filter === 'number' ? Number(formatNumber(filter)) : filter);
}

/** `job (v1, v2)` from the scalars of the values, however deep; null and empty texts add nothing. */
function nameOf(jobName: string, values: Mapping): string {
  const parts = scalarsIn(values)
    .map(scalarText)
    .filter((text) => text !== '');
  const name = parts.length === 0 ? jobName : `${jobName} (${parts.join(', ')})`;
  return name.length > maxNameUnits ? `${name.slice(0, maxNameUnits - 3)}...` : name;
}

function scalarsIn(value: Json): readonly (null | boolean | number | string)[] {
  if (value === null || typeof value !== 'object') return [value];
  return (isList(value) ? value : Object.values(value)).flatMap(scalarsIn);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMapping(value: Json): value is Mapping {
  return typeof value === 'object' && value !== null && !isList(value);
}

function describe(value: Json): string {
  if (value === null) return 'nothing';
  if (isList(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `'${scalarText(value)}'`;
}

function invalid(problems: readonly string[]): ExpandedMatrix {
  return { ok: false, problems };
}
