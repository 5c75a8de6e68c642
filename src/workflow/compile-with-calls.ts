import { checkInputs, checkRoles, diagnosticAt, untrustedInputs } from './check-call-inputs.ts';
import { compileWorkflow, type Compiled, type CompileOptions, type WorkflowFile } from './compile.ts';
import type { Diagnostic } from './diagnostic.ts';
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
 * Compiles a workflow file and checks what it calls, at any depth: that it is there, can be called, and is given the inputs it
 * declares; that nothing calls itself, and that GitHub's limits hold (10 levels, 50 files). What is wrong is told at the place of
 * the call in this file, with the first error of the file that has it.
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
  /** What keeps a call of the file at the end of the path from being made, in words for the call that the path begins with. */
  const findProblem = (call: Call, path: readonly string[]): string | null => {
    const from = path.at(-1) ?? file.path;
    const inCaller = (message: string): string =>
      path.length === 1 ? message : sayErrors(from, [diagnosticAt(from, call.places.uses, message)]);
    const target = pathOfCall(call.uses);
    const called = target === null ? undefined : fileAt(target);
    if (called === undefined) return inCaller(`There is no workflow ${call.uses}`);
    if (path.includes(called.path)) return `${[...path, called.path].join(' calls ')}: that would never end`;
    // Nothing is wrong below a file that was looked through from as deep; calls may meet there by more ways than can be walked.
    if ((walked.get(called.path) ?? 0) >= path.length) return null;
    if (path.length >= mostLevels) return `Workflows call each other over more than ${mostLevels} levels`;
    files.set(called.path, called);
    if (files.size > mostFiles + 1) return `The workflow calls more than ${mostFiles} files`;
    const { workflow, diagnostics, calls } = compile(called);
    if (workflow === null) return sayErrors(called.path, diagnostics);
    if (workflow.on.workflowCall === null)
      return inCaller(`${called.path} has no \`workflow_call\` under \`on\``);
    for (const further of calls) {
      const problem = findProblem(further, [...path, called.path]);
      if (problem !== null) return problem;
      const wrong = options.isPinned === true ? [] : checkGiven(called.path, further);
      if (wrong.length > 0) return sayErrors(called.path, wrong);
    }
    walked.set(called.path, path.length);
    return null;
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
  /** What is wrong with the inputs that a call is given. */
  const checkGiven = (path: string, call: Call): readonly Diagnostic[] => {
    const declared = calledBy(call)?.workflow?.on.workflowCall?.inputs ?? [];
    return [...checkInputs(path, call, declared), ...checkRoles(path, call, inputsForRoles(call))];
  };
  const found: Diagnostic[] = [];
  const untrusted = new Map<string, readonly string[]>();
  for (const call of compiled.calls.filter(({ uses }) => pathOfCall(uses) !== null)) {
    const problem = findProblem(call, [file.path]);
    if (problem === null) {
      found.push(...checkGiven(file.path, call));
      const names = untrustedInputs(call, inputsForRoles(call));
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

/** That a file which is called has errors, and its first. */
function sayErrors(path: string, diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return `${path} has errors`;
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors, the first`;
  return `${path} has ${count} at ${first.start.line}:${first.start.column}: ${first.message}`;
}
