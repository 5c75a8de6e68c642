import { parse } from 'yaml';

/** When a workflow answers to one event. Absent filters let everything pass. */
export interface Trigger {
  readonly event: string;
  readonly types: readonly string[] | null;
  readonly branches: readonly string[] | null;
  readonly branchesIgnore: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly tagsIgnore: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly pathsIgnore: readonly string[] | null;
  /** Names of workflows, for `workflow_run`. */
  readonly workflows: readonly string[] | null;
  /** For `workflow_dispatch`. */
  readonly inputs: Readonly<Record<string, DispatchInput>>;
}

/** An input that a dispatch may or must give. */
export interface DispatchInput {
  readonly type: string;
  readonly required: boolean;
  readonly default: unknown;
  readonly options: readonly string[];
}

/** What the server has to know of a workflow file. */
export interface WorkflowFile {
  readonly path: string;
  /** Its `name`, or its path. */
  readonly name: string;
  readonly runName: string | null;
  readonly triggers: readonly Trigger[];
}

/** Reads a workflow file's name and triggers; `null` when the text is no workflow. */
export function readWorkflowFile(path: string, text: string): WorkflowFile | null {
  let content: unknown;
  try {
    // In YAML 1.2 `on` is a text and not true.
    content = parse(text);
  } catch {
    return null;
  }
  if (!isMap(content) || content['on'] === undefined) return null;
  return {
    path,
    name: typeof content['name'] === 'string' ? content['name'] : path,
    runName: typeof content['run-name'] === 'string' ? content['run-name'] : null,
    triggers: readTriggers(content['on']),
  };
}

function readTriggers(on: unknown): readonly Trigger[] {
  if (typeof on === 'string') return [readTrigger(on, null)];
  if (Array.isArray(on))
    return on.filter((event) => typeof event === 'string').map((event) => readTrigger(event, null));
  if (isMap(on)) return Object.entries(on).map(([event, filters]) => readTrigger(event, filters));
  return [];
}

function readTrigger(event: string, filters: unknown): Trigger {
  const map = isMap(filters) ? filters : {};
  const list = (key: string): readonly string[] | null => {
    const value = map[key];
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.map(String) : null;
  };
  return {
    event,
    types: list('types'),
    branches: list('branches'),
    branchesIgnore: list('branches-ignore'),
    tags: list('tags'),
    tagsIgnore: list('tags-ignore'),
    paths: list('paths'),
    pathsIgnore: list('paths-ignore'),
    workflows: list('workflows'),
    inputs: isMap(map['inputs']) ? readInputs(map['inputs']) : {},
  };
}

function readInputs(inputs: Readonly<Record<string, unknown>>): Readonly<Record<string, DispatchInput>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, declared]) => {
      const input = isMap(declared) ? declared : {};
      return [
        name,
        {
          type: typeof input['type'] === 'string' ? input['type'] : 'string',
          required: input['required'] === true,
          default: input['default'],
          options: Array.isArray(input['options']) ? input['options'].map(String) : [],
        },
      ];
    }),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
