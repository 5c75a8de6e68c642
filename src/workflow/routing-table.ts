import type { WorkflowFile } from './compile.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { suggestion } from './finding.ts';
import { readYaml } from './read-yaml.ts';
import { BUILT_IN_ROLES } from './roles.ts';
import { createSourceText } from './source-text.ts';
import type { Span, YamlMap, YamlNode } from './yaml-tree.ts';

/** Where a repository keeps a routing table of its own. */
export const ROUTING_PATH = '.github/treadle/routing.yml';

/** Which role a bead looks like a matter of. Rules are in the order of the file. */
export interface RoutingTable {
  /** What a rule must score at least. */
  readonly minimumScore: number;
  readonly rules: readonly RoutingRule[];
}

export interface RoutingRule {
  readonly name: string;
  readonly role: string;
  readonly labels: readonly string[];
  /** Words and phrases, in lower case, with what each scores. */
  readonly words: readonly { readonly text: string; readonly score: number }[];
}

const MOST_RULES = 100;
const MOST_WORDS = 500;
const HIGHEST_SCORE = 100;

/** Whether a path is that of a routing table, and not of a workflow that is called `routing`. */
export function isRoutingFile(path: string): boolean {
  return /(^|[/\\])routing\.ya?ml$/.test(path) && !/workflows[/\\]routing\.ya?ml$/.test(path);
}

/**
 * Reads a routing table. Reports all problems at once; the table is null when there is any. Never throws over the text.
 *
 * @param roles roles that were declared besides the built-in ones
 */
export function readRoutingTable(
  file: WorkflowFile,
  roles: readonly string[],
): { readonly table: RoutingTable | null; readonly diagnostics: readonly Diagnostic[] } {
  const source = createSourceText(file.text);
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, { start, end }, message) => {
    const place = { start: source.positionAt(start), end: source.positionAt(Math.max(end, start + 1)) };
    diagnostics.push({ path: file.path, ...place, severity: 'error', code, message });
  };
  const { root, findings } = readYaml(file.text);
  for (const { code, span, message } of findings) report(code, span, message);
  const table = root === null ? null : readTable(root, [...BUILT_IN_ROLES, ...roles], report);
  if (root === null && findings.length === 0)
    report('missing-key', { start: 0, end: 0 }, "A routing table needs 'rules'");
  diagnostics.sort((a, b) => a.start.line - b.start.line || a.start.column - b.start.column);
  return { table: diagnostics.length > 0 ? null : table, diagnostics };
}

type Report = (code: DiagnosticCode, span: Span, message: string) => void;

function readTable(root: YamlNode, roles: readonly string[], report: Report): RoutingTable | null {
  const map = mapAt(root, 'The routing table', ['minimum-score', 'rules'], report);
  if (map === null) return null;
  const minimum = map.byKey.get('minimum-score')?.value;
  const rules = map.byKey.get('rules')?.value;
  if (rules === undefined) report('missing-key', map.span, "A routing table needs 'rules'");
  else if (rules.kind !== 'list') report('wrong-type', rules.span, "'rules' is a list");
  else if (rules.items.length > MOST_RULES)
    report('wrong-limit', rules.span, `There are ${MOST_RULES} rules at most`);
  const items = rules?.kind === 'list' ? rules.items : [];
  return {
    minimumScore: minimum === undefined ? 1 : readScore(minimum, "'minimum-score'", report),
    rules: items.flatMap((item) => readRule(item, roles, report) ?? []),
  };
}

function readRule(node: YamlNode, roles: readonly string[], report: Report): RoutingRule | null {
  const map = mapAt(node, 'A rule', ['name', 'role', 'labels', 'words'], report);
  if (map === null) return null;
  const role = map.byKey.get('role')?.value;
  const name = map.byKey.get('name')?.value;
  if (role?.kind !== 'scalar') {
    report('missing-key', role?.span ?? map.span, "A rule needs a 'role'");
    return null;
  }
  if (!roles.includes(role.text))
    report('unknown-role', role.span, `There is no role '${role.text}'.${suggestion(role.text, roles)}`);
  const labels = readLabels(map.byKey.get('labels')?.value, report);
  const words = readWords(map.byKey.get('words')?.value, report);
  if (labels.length === 0 && words.length === 0)
    report('missing-key', map.span, "A rule needs 'labels' or 'words': it would never match");
  return { name: name?.kind === 'scalar' ? name.text : role.text, role: role.text, labels, words };
}

function readLabels(node: YamlNode | undefined, report: Report): readonly string[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && item.text.trim() !== '') return [item.text];
    report('wrong-type', item.span, "'labels' is a list of texts");
    return [];
  });
}

function readWords(node: YamlNode | undefined, report: Report): RoutingRule['words'] {
  if (node === undefined) return [];
  if (node.kind !== 'map') {
    report('wrong-type', node.span, "'words' is a mapping of words to what they score");
    return [];
  }
  if (node.entries.length > MOST_WORDS)
    report('wrong-limit', node.span, `A rule has ${MOST_WORDS} words at most`);
  return node.entries.flatMap(({ key, value }) => {
    const text = key.text.trim().toLowerCase();
    if (/[\p{L}\p{N}]/u.test(text)) return [{ text, score: readScore(value, `'${key.text}'`, report) }];
    report('invalid-value', key.span, 'A word holds a letter or a digit');
    return [];
  });
}

function readScore(node: YamlNode, what: string, report: Report): number {
  const value = node.kind === 'scalar' ? node.value : null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= HIGHEST_SCORE)
    return value;
  report('wrong-limit', node.span, `${what} is a whole number from 1 to ${HIGHEST_SCORE}`);
  return 1;
}

function mapAt(node: YamlNode, what: string, keys: readonly string[], report: Report): YamlMap | null {
  if (node.kind !== 'map') {
    report('wrong-type', node.span, `${what} must be a mapping`);
    return null;
  }
  const seen = new Set<string>();
  for (const { key } of node.entries) {
    if (!keys.includes(key.text))
      report('unknown-key', key.span, `Unknown key '${key.text}'.${suggestion(key.text, keys)}`);
    if (seen.has(key.text)) report('duplicate-key', key.span, `'${key.text}' stands here twice`);
    seen.add(key.text);
  }
  return node;
}
