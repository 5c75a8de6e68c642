import { buildWorkflow } from './build-workflow.ts';
import { checkSchema } from './check-schema.ts';
import type { DiagnosticCode } from './codes.ts';
import { diagnosticCodes } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { graphOfDraft, jobsOfDraft } from './draft-graph.ts';
import { findExpressionUses } from './expression-uses.ts';
import type { Finding } from './finding.ts';
import { createSuggest, finding } from './finding.ts';
import { findDuplicateKeys } from './duplicate-keys.ts';
import type { Workflow } from './model.ts';
import { readCalls, type Call, type OutputsOfCall } from './read-calls.ts';
import { readDraft } from './read-draft.ts';
import { createFieldReader } from './read-fields.ts';
import { readYaml } from './read-yaml.ts';
import { BUILT_IN_ROLES } from './roles.ts';
import { rules } from './rules.ts';
import type { SourceText } from './source-text.ts';
import { createSourceText } from './source-text.ts';
import { createTrust } from './trust.ts';
import { originsOfRoles, withUntrustedRoles, type RoleOrigins } from './untrusted-roles.ts';

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
  /**
   * Whether a run is pinned to it: it was checked when that began, so it is read and not checked again. Rules that came since keep no
   * run from going on; what cannot be read as a workflow still does.
   */
  readonly isPinned?: boolean;
  /** The outputs of the workflow that a `uses` names; null, or nothing that tells them, leaves them unchecked. */
  readonly outputsOfCall?: OutputsOfCall;
}

/** The workflow, or null when any diagnostic is an error; and everything that was found, in the order of the file. */
export interface Compiled {
  readonly workflow: Workflow | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What it calls, also where the workflow is null. */
  readonly calls: readonly Call[];
  /** Where its roles come from, also where the workflow is null. */
  readonly roleOrigins: RoleOrigins;
}

const NO_ROLES: RoleOrigins = { inputs: new Set(), untrusted: [] };

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
    return { workflow: null, diagnostics: place(found), calls: [], roleOrigins: NO_ROLES };
  }
  const structure = [...read.findings, ...findDuplicateKeys(read.root), ...checkSchema(read.root)];
  if (read.root.kind !== 'map')
    return { workflow: null, diagnostics: place(structure), calls: [], roleOrigins: NO_ROLES };
  const fields = createFieldReader(file.text);
  const draft = readDraft(read.root, fields);
  const graph = graphOfDraft(draft);
  const roles = options.roles === 'any' ? null : new Set([...BUILT_IN_ROLES, ...(options.roles ?? [])]);
  const jobs = jobsOfDraft(draft);
  const outputsOfCall = options.outputsOfCall ?? ((): null => null);
  const trust = createTrust({ draft, jobs, graph, outputsOfCall });
  const uses = findExpressionUses(draft);
  const suggest = createSuggest();
  const input = { draft, uses, jobs, graph, roles, outputsOfCall, trust, suggest, text: file.text };
  const semantic = options.isPinned === true ? [] : rules.flatMap((rule) => [...rule(input)]);
  const diagnostics = place([...structure, ...fields.findings, ...semantic]);
  const isValid = diagnostics.every(
    ({ severity, code }) => severity !== 'error' || options.tolerated?.some((one) => one === code) === true,
  );
  const roleOrigins = originsOfRoles(draft, trust);
  const workflow = isValid
    ? withUntrustedRoles(buildWorkflow(file.path, draft, graph, source), roleOrigins, new Map())
    : null;
  return {
    workflow,
    diagnostics,
    calls: readCalls(draft, source, trust),
    roleOrigins,
  };
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
