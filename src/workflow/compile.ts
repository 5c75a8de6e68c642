import { buildWorkflow } from './build-workflow.ts';
import { checkSchema } from './check-schema.ts';
import type { DiagnosticCode } from './codes.ts';
import { diagnosticCodes } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { WorkflowDraft } from './draft.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { findDuplicateKeys } from './duplicate-keys.ts';
import { createGraph } from './graph.ts';
import type { Graph, Workflow } from './model.ts';
import { readCalls, type Call } from './read-calls.ts';
import { readDraft } from './read-draft.ts';
import { createFieldReader } from './read-fields.ts';
import { readYaml } from './read-yaml.ts';
import { BUILT_IN_ROLES } from './roles.ts';
import { rules } from './rules.ts';
import type { OutputsOfCall } from './rules/rule.ts';
import type { SourceText } from './source-text.ts';
import { createSourceText } from './source-text.ts';

/** A workflow file: its path in the repository and its text. */
export interface WorkflowFile {
  readonly path: string;
  readonly text: string;
}

/** What the check of roles needs to know. */
export interface CompileOptions {
  /** Roles that are declared besides the built-in ones; `any` leaves roles unchecked. */
  readonly roles?: readonly string[] | 'any';
  /** Codes that keep no workflow from being built: what GitHub would take, and only Treadle refuses. They are reported all the same. */
  readonly tolerated?: readonly DiagnosticCode[];
  /** The outputs of the workflow that a `uses` names; null, or nothing that tells them, leaves them unchecked. */
  readonly outputsOfCall?: OutputsOfCall;
}

/** The workflow, or null when any diagnostic is an error; and everything that was found, in the order of the file. */
export interface Compiled {
  readonly workflow: Workflow | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What it calls, also where the workflow is null. */
  readonly calls: readonly Call[];
}

/** Compiles a workflow file. Reports all problems at once; never throws over what the text holds. */
export function compileWorkflow(file: WorkflowFile, options: CompileOptions = {}): Compiled {
  const source = createSourceText(file.text);
  const place = (findings: readonly Finding[]): readonly Diagnostic[] =>
    placeFindings(file.path, source, findings);
  const read = readYaml(file.text);
  if (read.root === null) {
    const empty = finding(
      'wrong-type',
      { span: { start: 0, end: 0 } },
      'The file is empty: `on` and `jobs` are missing',
    );
    const found = read.findings.length > 0 ? read.findings : [empty];
    return { workflow: null, diagnostics: place(found), calls: [] };
  }
  const structure = [...read.findings, ...findDuplicateKeys(read.root), ...checkSchema(read.root)];
  if (read.root.kind !== 'map') return { workflow: null, diagnostics: place(structure), calls: [] };
  const fields = createFieldReader(file.text);
  const draft = readDraft(read.root, fields);
  const graph = graphOf(draft);
  const roles = options.roles === 'any' ? null : new Set([...BUILT_IN_ROLES, ...(options.roles ?? [])]);
  const jobs = new Map(draft.jobs.toReversed().map((job) => [job.id, job]));
  const outputsOfCall = options.outputsOfCall ?? ((): null => null);
  const input = { draft, jobs, graph, roles, outputsOfCall, text: file.text };
  const semantic = rules.flatMap((rule) => [...rule(input)]);
  const diagnostics = place([...structure, ...fields.findings, ...semantic]);
  const isValid = diagnostics.every(
    ({ severity, code }) => severity !== 'error' || options.tolerated?.some((one) => one === code) === true,
  );
  const workflow = isValid ? buildWorkflow(file.path, draft, graph, source) : null;
  return { workflow, diagnostics, calls: readCalls(draft, source) };
}

function graphOf(draft: WorkflowDraft): Graph {
  const canonical = new Map(draft.jobs.toReversed().map((job) => [job.id.toLowerCase(), job.id]));
  return createGraph(
    draft.jobs.map((job) => ({
      id: job.id,
      needs: [...new Set(job.needs.flatMap((need) => canonical.get(need.text.toLowerCase()) ?? []))],
    })),
  );
}

/** Findings as diagnostics: placed, each once, sorted. */
function placeFindings(
  path: string,
  source: SourceText,
  findings: readonly Finding[],
): readonly Diagnostic[] {
  const unique = new Map(findings.map((one) => [`${one.span.start} ${one.code} ${one.message}`, one]));
  return [...unique.values()]
    .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || (a.code < b.code ? -1 : 1))
    .map((one) => ({
      path,
      start: source.positionAt(one.span.start),
      end: source.positionAt(Math.max(one.span.end, one.span.start)),
      severity: diagnosticCodes[one.code].severity,
      code: one.code,
      message: one.message,
    }));
}
