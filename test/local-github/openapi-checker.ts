import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Ajv, type ValidateFunction } from 'ajv';

/** GitHub's own description of its API, as far as the checker looks at it. */
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components: Components;
}

interface Components {
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject | { readonly $ref: string }>>;
}

interface ResponseObject {
  readonly content?: Content;
}

type Content = Readonly<Record<string, { readonly schema?: unknown }>>;

/** A `fetch` that compares each exchange with GitHub's description. */
export interface CheckedFetch {
  readonly fetch: typeof fetch;
  /** What did not fit, one line each. */
  violations(): readonly string[];
  /** The `operationId`s that were used successfully. */
  operations(): readonly string[];
}

let loaded: {
  readonly description: Description;
  readonly routes: readonly Route[];
  readonly ajv: Ajv;
} | null = null;
const compiled = new Map<string, ValidateFunction>();

interface Route {
  readonly path: string;
  readonly pattern: RegExp;
  /** The more of a path is fixed, the better it fits. */
  readonly fixed: number;
}

function load(): NonNullable<typeof loaded> {
  if (loaded !== null) return loaded;
  const file = fileURLToPath(
    new URL('../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url),
  );
  const description = JSON.parse(readFileSync(file, 'utf8')) as Description;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat('date-time', (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text),
  );
  ajv.addFormat('email', (text) => text.includes('@'));
  for (const name of [
    'int64',
    'int32',
    'date',
    'hostname',
    'repo.nwo',
    'ssh-key',
    'timestamp',
    'float',
    'double',
  ]) {
    ajv.addFormat(name, true);
  }
  // Schemas refer to each other by `#/components/schemas/…`, so they are compiled inside of a document of that shape.
  ajv.addSchema({ $id: 'github', components: { schemas: nullableAsType(description.components.schemas) } });
  const routes = Object.keys(description.paths).map((path) => ({
    path,
    pattern: patternOf(path),
    fixed: path.split('/').filter((part) => !part.includes('{')).length,
  }));
  loaded = { description, routes, ajv };
  return loaded;
}

/** A path, a ref or a range at the end may hold slashes; the path of the root folder is empty. */
function patternOf(path: string): RegExp {
  const source = path
    .replace(/[.+*?^$()[\]|\\]/g, '\\$&')
    .replace(/\/\{path\}$/, '(?:/.*)?')
    .replace(/\{(?:ref|basehead|branch)\}$/, '.+')
    .replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

/** OpenAPI 3.0 says `nullable`, JSON Schema has a type for it. */
function nullableAsType(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(nullableAsType);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => [
    key,
    nullableAsType(value),
  ]);
  const copy: Record<string, unknown> = Object.fromEntries(entries);
  if (typeof copy['$ref'] === 'string') copy['$ref'] = copy['$ref'].replace(/^#\//, 'github#/');
  // An example or a discriminator is no rule.
  delete copy['discriminator'];
  if (copy['nullable'] !== true) return copy;
  delete copy['nullable'];
  return { anyOf: [{ type: 'null' }, copy] };
}

function validatorOf(key: string, schema: unknown): ValidateFunction {
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const validate = load().ajv.compile(nullableAsType(schema) as object);
  compiled.set(key, validate);
  return validate;
}

function findRoute(path: string): Route | undefined {
  return load()
    .routes.filter((route) => route.pattern.test(path))
    .toSorted((a, b) => b.fixed - a.fixed)[0];
}

/**
 * A `fetch` for clients of a server at `baseUrl`: each request body and each success answer is validated against GitHub's own
 * description of the operation. Requests to other addresses, and GraphQL, go through unchecked.
 */
export function checkedFetch(baseUrl: string): CheckedFetch {
  const violations: string[] = [];
  const operations = new Set<string>();

  const checked: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toLowerCase();
    if (!url.href.startsWith(baseUrl) || url.pathname === '/graphql' || url.pathname.startsWith('/_local/'))
      return response;
    const path = url.pathname.slice(new URL(baseUrl).pathname.replace(/\/$/, '').length);
    const route = findRoute(path);
    const operation = route === undefined ? undefined : load().description.paths[route.path]?.[method];
    const name = `${method.toUpperCase()} ${path}`;
    if (operation === undefined) violations.push(`${name}: GitHub has no such operation`);
    else {
      const bodyProblems = checkRequest(operation, init?.body);
      // What the server refused may well have been wrong on purpose.
      if (response.ok) violations.push(...bodyProblems.map((problem) => `${name} request ${problem}`));
      if (response.ok) {
        operations.add(operation.operationId);
        const problems = await checkResponse(operation, response.clone());
        violations.push(...problems.map((problem) => `${name} ${response.status} ${problem}`));
      }
    }
    return response;
  };
  return { fetch: checked, violations: () => violations, operations: () => [...operations] };
}

function checkRequest(operation: Operation, body: RequestInit['body'] | undefined): readonly string[] {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema === undefined || typeof body !== 'string') return [];
  const validate = validatorOf(`${operation.operationId} request`, schema);
  return validate(body === '' ? {} : JSON.parse(body)) ? [] : errorsOf(validate);
}

async function checkResponse(operation: Operation, response: Response): Promise<readonly string[]> {
  const listed = operation.responses[String(response.status)];
  if (listed === undefined) return ['GitHub does not answer with this status'];
  const described =
    '$ref' in listed ? load().description.components.responses[listed.$ref.split('/').at(-1) ?? ''] : listed;
  const schema = described?.content?.['application/json']?.schema;
  const text = await response.text();
  if (schema === undefined) return text === '' ? [] : ['GitHub answers without a body'];
  const validate = validatorOf(`${operation.operationId} ${response.status}`, schema);
  return validate(JSON.parse(text)) ? [] : errorsOf(validate);
}

function errorsOf(validate: ValidateFunction): readonly string[] {
  return (validate.errors ?? []).slice(0, 8).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}
