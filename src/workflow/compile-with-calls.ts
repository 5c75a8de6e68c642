import { diagnosticCodes, type DiagnosticCode } from './codes.ts';
import { compileWorkflow, type Compiled, type CompileOptions, type WorkflowFile } from './compile.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { CallJob, InputDeclaration, Place, Workflow } from './model.ts';
import { pathOfCall } from './path-of-call.ts';
import { withUntrustedRoles } from './untrusted-roles.ts';
import { readCallOutputs, type Call, type CallOutputs, type OutputsOfCall } from './read-calls.ts';

/** GitHub's limits on reusable workflows: levels in all, and files that one run may call. */
const mostLevels = 10;
const mostFiles = 50;

/** A workflow with all that it calls. */
export interface CompiledWithCalls extends Compiled {
  /** The file itself, and all that it calls at any depth: what a run is pinned to. */
  readonly files: readonly WorkflowFile[];
}

/**
 * Compiles a workflow file and checks what it calls: that it is there, can be called, and is given the inputs it declares; that
 * nothing calls itself, and that GitHub's limits hold (10 levels, 50 files). What is wrong is told at the place of the call.
 *
 * @param fileAt finds a file by its path
 */
export function compileWithCalls(
  file: WorkflowFile,
  fileAt: (path: string) => WorkflowFile | undefined,
  options: CompileOptions = {},
): CompiledWithCalls {
  const outputsOfCall = createOutputsOfCall(fileAt);
  const compiled = compileWorkflow(file, { ...options, outputsOfCall });
  const files = new Map([[file.path, file]]);
  const known = new Map<string, Compiled>([[file.path, compiled]]);
  /** How deep a file was called from, with nothing wrong below it. */
  const walked = new Map<string, number>();
  const compile = (called: WorkflowFile): Compiled => {
    const before = known.get(called.path);
    if (before !== undefined) return before;
    const result = compileWorkflow(called, { ...options, outputsOfCall });
    known.set(called.path, result);
    return result;
  };
  const visit = (workflow: Workflow, path: readonly string[]): string | null => {
    for (const call of callsOf(workflow)) {
      const problem = findProblem(call, path);
      if (problem !== null) return problem;
    }
    return null;
  };
  const findProblem = (call: Pick<Call, 'uses'>, path: readonly string[]): string | null => {
    const target = pathOfCall(call.uses);
    const called = target === null ? undefined : fileAt(target);
    if (called === undefined) return `There is no workflow ${call.uses}`;
    if (path.includes(called.path)) return `${[...path, called.path].join(' calls ')}: that would never end`;
    // Nothing is wrong below a file that was looked through from as deep; calls may meet there by more ways than can be walked.
    if ((walked.get(called.path) ?? 0) >= path.length) return null;
    if (path.length >= mostLevels) return `Workflows call each other over more than ${mostLevels} levels`;
    files.set(called.path, called);
    if (files.size > mostFiles + 1) return `The workflow calls more than ${mostFiles} files`;
    const { workflow } = compile(called);
    if (workflow === null) return `${called.path} has errors`;
    if (workflow.on.workflowCall === null) return `${called.path} has no \`workflow_call\` under \`on\``;
    const problem = visit(workflow, [...path, called.path]);
    if (problem === null) walked.set(called.path, path.length);
    return problem;
  };
  const calledBy = (call: Call): Compiled | undefined => known.get(pathOfCall(call.uses) ?? '');
  const forRoles = new Map<Compiled, ReadonlySet<string>>();
  /** The inputs of what is called that say who is asked, there or in what it calls itself with them. Nothing calls itself any more. */
  const inputsForRoles = (call: Call): ReadonlySet<string> => {
    const called = calledBy(call);
    if (called === undefined) return new Set();
    const before = forRoles.get(called);
    if (before !== undefined) return before;
    const passedOn = called.calls.flatMap((further) => {
      const deeper = inputsForRoles(further);
      return Object.entries(further.origins).flatMap(([name, { inputs }]) =>
        deeper.has(name.toLowerCase()) ? [...inputs] : [],
      );
    });
    const all = new Set([...called.roleOrigins.inputs, ...passedOn]);
    forRoles.set(called, all);
    return all;
  };
  const found: Diagnostic[] = [];
  const untrusted = new Map<string, readonly string[]>();
  for (const call of compiled.calls.filter(({ uses }) => pathOfCall(uses) !== null)) {
    const problem = findProblem(call, [file.path]);
    if (problem === null) {
      const declared = calledBy(call)?.workflow?.on.workflowCall?.inputs ?? [];
      found.push(...checkInputs(file.path, call, declared));
      const names = untrustedInputs(call, inputsForRoles(call));
      found.push(...names.map((name) => untrustedRole(file.path, call, name)));
      if (names.length > 0)
        untrusted.set(
          call.job,
          names.map((name) => name.toLowerCase()),
        );
    } else found.push(diagnosticAt(file.path, call.places.uses, problem));
  }
  return {
    ...compiled,
    workflow:
      compiled.workflow === null || (found.length > 0 && options.isPinned !== true)
        ? null
        : withUntrustedRoles(compiled.workflow, compiled.roleOrigins, untrusted),
    diagnostics: [...compiled.diagnostics, ...found].sort(byPlace),
    files:
      compiled.workflow === null ? [file] : [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Tells the outputs of workflows by what their files declare; each file is read once. */
function createOutputsOfCall(fileAt: (path: string) => WorkflowFile | undefined): OutputsOfCall {
  const known = new Map<string, CallOutputs | null>();
  const outputsOfCall: OutputsOfCall = (uses) => {
    const before = known.get(uses);
    if (before !== undefined) return before;
    const file = fileAt(pathOfCall(uses) ?? '');
    const outputs = file === undefined ? null : readCallOutputs(file.text, outputsOfCall);
    known.set(uses, outputs);
    return outputs;
  };
  return outputsOfCall;
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.start.line - b.start.line || a.start.column - b.start.column;
}

function callsOf(workflow: Workflow): readonly CallJob[] {
  return [...workflow.jobs.values()].flatMap((job) => (job.type === 'call' ? [job] : []));
}

function* checkInputs(path: string, call: Call, declared: readonly InputDeclaration[]): Iterable<Diagnostic> {
  const names = declared.map(({ name }) => name).join(', ') || 'none';
  for (const [name, template] of Object.entries(call.with)) {
    const at = call.places.with[name] ?? call.places.uses;
    const input = declared.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const [only = ''] = template.parts;
    if (input === undefined) {
      yield diagnosticAt(path, at, `${call.uses} has no input '${name}' (it has: ${names})`);
    } else if (template.parts.length < 2 && typeof only === 'string' && !isOfType(input, only)) {
      yield diagnosticAt(path, at, `The input '${name}' of ${call.uses} is a ${input.type}, not '${only}'`);
    }
  }
  const given = Object.keys(call.with).map((name) => name.toLowerCase());
  for (const { name, required, default: otherwise, computedDefault } of declared) {
    if (!required || otherwise !== null || computedDefault !== null || given.includes(name.toLowerCase()))
      continue;
    yield diagnosticAt(path, call.places.uses, `${call.uses} needs the input '${name}'`);
  }
}

/** Of the inputs that say who is asked those that are made of what strangers or agents wrote. */
function untrustedInputs({ origins }: Call, forRoles: ReadonlySet<string>): readonly string[] {
  return Object.entries(origins).flatMap(([name, { why }]) =>
    why !== null && forRoles.has(name.toLowerCase()) ? [name] : [],
  );
}

function untrustedRole(path: string, call: Call, name: string): Diagnostic {
  const why = call.origins[name]?.why ?? '';
  const message = `The input '${name}' of ${call.uses} says who is asked, and what is given here ${why}. Give a role, or an output with an \`enum\` of roles`;
  return diagnosticAt(path, call.places.with[name] ?? call.places.uses, message, 'runs-on-unchecked');
}

function isOfType({ type }: InputDeclaration, text: string): boolean {
  if (type === 'number') return text.trim() === '' || Number.isFinite(Number(text));
  return type !== 'boolean' || ['', 'true', 'false'].includes(text);
}

function diagnosticAt(
  path: string,
  { start, end }: Place,
  message: string,
  code: DiagnosticCode = 'bad-call',
): Diagnostic {
  return { path, start, end, severity: diagnosticCodes[code].severity, code, message };
}
