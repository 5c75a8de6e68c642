import { suggestion } from './finding.ts';
import { workflowFileName } from './workflow-name.ts';
import type { Span, YamlEntry, YamlMap, YamlNode } from './yaml-tree.ts';

/** How an agent is reached, as `.github/treadle.yml` says it. */
export type AgentSetting =
  | { readonly dispatch: 'comment' }
  | { readonly dispatch: 'assign' }
  | { readonly dispatch: 'command'; readonly command: readonly string[] }
  | {
      readonly dispatch: 'workflow';
      /** Name of its file in `.github/workflows`. */
      readonly workflow: string;
      readonly ref?: string;
      readonly inputs?: Readonly<Record<string, string>>;
    };

/** What reading an agent needs of whoever reads the settings. */
export interface AgentReader {
  report(code: string, span: Span, message: string): void;
  /** A list of texts; one text stands for a list of it. */
  texts(node: YamlNode | undefined, what: string): readonly string[] | null;
  refuseUnknown(map: YamlMap | null, known: readonly string[]): void;
}

/** Each dispatch with the keys that go with it. */
const KEYS = {
  comment: [],
  command: ['command'],
  workflow: ['workflow', 'ref', 'inputs'],
  assign: [],
} as const satisfies Record<AgentSetting['dispatch'], readonly string[]>;

const DISPATCHES = Object.keys(KEYS);

/** Inputs by which a workflow is told its task: an agent's own have other names. */
export const TASK_INPUTS = ['dispatch', 'issue', 'run', 'job', 'attempt', 'turn', 'comment'];

/**
 * GitHub's limits for the inputs of a dispatch, all together. What the task itself needs is less than `reserved`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
 */
const LIMITS = { inputs: 25, characters: 65_535, reserved: 2_000 };

/** Reads one entry of `agents`; null where it cannot be used, which was reported then. */
export function readAgent(key: YamlEntry['key'], map: YamlMap, reader: AgentReader): AgentSetting | null {
  const dispatch = map.byKey.get('dispatch')?.value;
  const way = dispatch?.kind === 'scalar' ? dispatch.text : '';
  reader.refuseUnknown(map, ['dispatch', ...Object.values(KEYS).flat()]);
  if (!isDispatch(way)) {
    const message = `'dispatch' of '${key.text}' must be comment, command, workflow or assign.${suggestion(way, DISPATCHES)}`;
    reader.report('bad-dispatch', (dispatch ?? key).span, message);
    return null;
  }
  refuseForeign(way, map, reader);
  switch (way) {
    case 'comment':
    case 'assign':
      return { dispatch: way };
    case 'command':
      return readCommand(key, map, reader);
    case 'workflow':
      return readWorkflow(key, map, reader);
  }
}

function isDispatch(way: string): way is AgentSetting['dispatch'] {
  return Object.hasOwn(KEYS, way);
}

/** Keys of another dispatch mean that something else was meant. */
function refuseForeign(way: AgentSetting['dispatch'], map: YamlMap, reader: AgentReader): void {
  for (const [other, keys] of Object.entries(KEYS)) {
    if (other === way) continue;
    for (const name of keys) {
      const entry = map.byKey.get(name);
      if (entry !== undefined)
        reader.report('unknown-key', entry.key.span, `'${name}' goes with 'dispatch: ${other}'`);
    }
  }
}

function readCommand(key: YamlEntry['key'], map: YamlMap, reader: AgentReader): AgentSetting | null {
  const command = map.byKey.get('command');
  const words = command === undefined ? null : reader.texts(command.value, `'command' of '${key.text}'`);
  if (words !== null && words.length > 0) return { dispatch: 'command', command: words };
  if (command === undefined || words !== null) {
    const message = `'${key.text}' needs a 'command': a list of the program and its arguments`;
    reader.report('missing-command', (command?.value ?? key).span, message);
  }
  return null;
}

function readWorkflow(key: YamlEntry['key'], map: YamlMap, reader: AgentReader): AgentSetting | null {
  const workflow = map.byKey.get('workflow')?.value;
  const name = workflow?.kind === 'scalar' ? workflowFileName(workflow.text) : null;
  if (name === null) {
    const message = `'${key.text}' needs a 'workflow': the name of its file in .github/workflows, for instance agent.yml`;
    reader.report('missing-workflow', (workflow ?? key).span, message);
    return null;
  }
  const ref = map.byKey.get('ref')?.value;
  const refName = ref?.kind === 'scalar' ? ref.text : '';
  if (ref !== undefined && !/^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$))[\w./-]*[\w-]$/.test(refName)) {
    reader.report('bad-branch', ref.span, 'A branch or tag is expected here');
    return null;
  }
  const inputs = readInputs(map.byKey.get('inputs')?.value, reader);
  return inputs === null
    ? null
    : {
        dispatch: 'workflow',
        workflow: name,
        ...(ref === undefined ? {} : { ref: refName }),
        ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
      };
}

/** GitHub takes texts, numbers and booleans for inputs, all as texts. */
function readInputs(node: YamlNode | undefined, reader: AgentReader): Record<string, string> | null {
  if (node === undefined) return {};
  if (node.kind !== 'map') {
    reader.report('wrong-type', node.span, "'inputs' must be a mapping");
    return null;
  }
  const inputs: [string, string][] = [];
  for (const { key, value } of node.entries) {
    if (TASK_INPUTS.includes(key.text)) {
      const message = `The input '${key.text}' is Treadle's own: it tells the workflow its task`;
      reader.report('reserved-input', key.span, message);
    } else if (value.kind === 'scalar' && value.value !== null) inputs.push([key.text, value.text]);
    else
      reader.report('wrong-type', value.span, `The input '${key.text}' is a text, a number or true or false`);
  }
  if (inputs.length < node.entries.length) return null;
  const own = LIMITS.inputs - TASK_INPUTS.length;
  const size = JSON.stringify(Object.fromEntries(inputs)).length;
  if (inputs.length > own || size > LIMITS.characters - LIMITS.reserved) {
    const message = `GitHub takes ${LIMITS.inputs} inputs of ${LIMITS.characters} characters together: ${own} of them, of ${LIMITS.characters - LIMITS.reserved} characters, are yours`;
    reader.report('wrong-limit', node.span, message);
    return null;
  }
  return Object.fromEntries(inputs);
}
