import type { CST, Node, Pair } from 'yaml';
import { Composer, Lexer, Parser, isAlias, isCollection, isMap, isPair, isScalar, isSeq } from 'yaml';

import { readCommonYaml } from './common-yaml.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { itemAt } from './item-at.ts';
import type { Span, YamlEntry, YamlNode, YamlScalar } from './yaml-tree.ts';
import { emptyAt, mapOf, scalarText } from './yaml-tree.ts';

/** GitHub's limits of one workflow file. */
const maxFileBytes = 1024 * 1024;
const maxYamlDepth = 50;
/** How many problems of the YAML itself are reported: what follows from them is of no use. */
const maxYamlProblems = 20;
/** How many nodes aliases may add to a file: enough for any use, too few for a bomb. */
const maxAliasedNodes = 100_000;

/** A YAML file read, with everything that is wrong with it as YAML. `root` is null when there is nothing to go on with: it is
 * no YAML, empty or too large. */
export interface ReadYaml {
  readonly root: YamlNode | null;
  readonly findings: readonly Finding[];
}

/** Reads a file of one YAML 1.2 document, with anchors and aliases and without merge keys, as GitHub does. Never throws. */
export function readYaml(text: string): ReadYaml {
  const whole = { span: { start: 0, end: 0 } };
  if (Buffer.byteLength(text, 'utf8') > maxFileBytes) {
    return { root: null, findings: [finding('file-too-large', whole, 'The file is larger than 1 MiB')] };
  }
  const common = readCommonYaml(text);
  return common === null ? readAnyYaml(text) : { root: common, findings: [] };
}

/** {@link readYaml} by the `yaml` package alone: it reads all there is, and says what is wrong. For files within the limit of size. */
export function readAnyYaml(text: string): ReadYaml {
  const tokens: CST.Token[] = [];
  const deep = parseTokens(text, tokens);
  if (deep !== null) {
    const span = { start: deep.offset, end: deep.offset + 1 };
    const message = `The file nests deeper than ${maxYamlDepth} levels`;
    return { root: null, findings: [finding('too-deep', { span }, message)] };
  }
  const composer = new Composer({ version: '1.2', uniqueKeys: false, prettyErrors: false });
  const documents = [...composer.compose(tokens, true, text.length)];
  const document = itemAt(documents, 0);
  const problems = [...document.errors, ...document.warnings].slice(0, maxYamlProblems);
  const findings = problems.map((problem) =>
    finding(
      'invalid-yaml',
      { span: { start: problem.pos[0], end: problem.pos[1] } },
      yamlMessage(problem.message),
    ),
  );
  for (const other of documents.slice(1, 2)) {
    const span = { start: other.range[0], end: other.range[0] + 3 };
    findings.push(finding('invalid-yaml', { span }, 'A workflow file holds one YAML document'));
  }
  const builder = new TreeBuilder(text);
  const root = document.contents === null ? null : builder.build(document.contents);
  const isSound = document.errors.length === 0 && documents.length === 1 && !builder.isTooLarge;
  return { root: isSound ? root : null, findings: [...findings, ...builder.findings] };
}

/** Our words for what the parser says most often. */
function yamlMessage(message: string): string {
  const known: Readonly<Record<string, string>> = {
    'Nested mappings are not allowed in compact mappings':
      'A mapping cannot begin on this line; put text that holds `: ` in quotes',
    'Implicit keys need to be on a single line': 'A key ends with `:` on its own line; is one missing here?',
  };
  return `This is not valid YAML: ${known[message] ?? message}`;
}

/** Parses into `tokens`; stops at the first token nested too deep, which it answers. */
function parseTokens(text: string, tokens: CST.Token[]): CST.Token | null {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // Open tokens, at most two a level: a cheap bound that keeps the parser from going down half a million levels.
    const open = parser.stack.at(-1);
    if (parser.stack.length > 3 * maxYamlDepth && open !== undefined) return open;
  }
  tokens.push(...parser.end());
  return findDeepToken(tokens);
}

/** The first token nested too deep, without recursion: the composer that follows recurses. */
function findDeepToken(tokens: readonly CST.Token[]): CST.Token | null {
  const open = tokens.map((token): { token: CST.Token; depth: number } => ({ token, depth: 0 }));
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { token, depth } = item;
    if (depth > maxYamlDepth) return token;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const child of token.items) {
      if (child.key !== undefined && child.key !== null) open.push({ token: child.key, depth: depth + 1 });
      if (child.value !== undefined) open.push({ token: child.value, depth: depth + 1 });
    }
  }
  return null;
}

const styles: Readonly<Record<string, YamlScalar['style']>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
};

/** Turns the parser's nodes into ours. */
class TreeBuilder {
  readonly findings: Finding[] = [];
  isTooLarge = false;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #sizes = new Map<YamlNode, number>();
  readonly #text: string;
  #aliased = 0;

  constructor(text: string) {
    this.#text = text;
  }

  build(node: Node): YamlNode {
    if (isAlias(node)) return this.#resolve(node.source, spanOf(node));
    const built = this.#buildOwn(node);
    if (!isAlias(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, built);
    return built;
  }

  #buildOwn(node: Node): YamlNode {
    const span = spanOf(node);
    let built: YamlNode;
    if (isSeq<Node | null>(node)) {
      const items = node.items.map((item) => (item === null ? emptyAt(span.start) : this.build(item)));
      built = { kind: 'list', items, span };
    } else if (isMap<Node | null, Node | null>(node)) {
      const entries = node.items.flatMap((pair) => this.#buildEntry(pair, span));
      built = mapOf(entries, span);
    } else {
      built = this.#buildScalar(
        isScalar(node) ? node.value : null,
        isScalar(node) ? node.type : undefined,
        span,
      );
    }
    return built;
  }

  #buildEntry(pair: Pair<Node | null, Node | null>, parent: Span): readonly YamlEntry[] {
    const key = pair.key === null ? emptyAt(parent.start) : this.build(pair.key);
    if (key.kind !== 'scalar') {
      this.findings.push(finding('invalid-yaml', key, 'A key is a plain text, not a list or a mapping'));
      return [];
    }
    if (key.text === '<<' && key.style === 'plain') {
      const message = 'Merge keys (`<<`) are not supported, as on GitHub; use an alias for the whole value';
      this.findings.push(finding('merge-key', key, message));
      return [];
    }
    return [{ key, value: pair.value === null ? emptyAt(key.span.end) : this.build(pair.value) }];
  }

  #buildScalar(value: unknown, type: string | null | undefined, span: Span): YamlScalar {
    const known =
      value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';
    // Anything else the schema cannot make; a number too large for JSON is kept as it is written.
    const kept = known ? value : this.#text.slice(span.start, span.end);
    const style = styles[type ?? ''] ?? 'plain';
    return { kind: 'scalar', value: kept, text: scalarText(kept), style, span };
  }

  #resolve(name: string, span: Span): YamlNode {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const message = `The alias '*${name}' refers to nothing before it: an anchor '&${name}' comes first`;
      this.findings.push(finding('invalid-yaml', { span }, message));
      return { kind: 'scalar', value: null, text: '', style: 'plain', span };
    }
    this.#aliased += this.#sizeOf(target);
    if (this.#aliased > maxAliasedNodes && !this.isTooLarge) {
      this.isTooLarge = true;
      const message = `Aliases repeat more than ${maxAliasedNodes} values`;
      this.findings.push(finding('file-too-large', { span }, message));
    }
    return target;
  }

  /** How many nodes a node stands for with its aliases written out. Asked of what aliases name, and of all that is in there once. */
  #sizeOf(node: YamlNode): number {
    if (node.kind === 'scalar') return 1;
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    const children = node.kind === 'list' ? node.items : node.entries.map((entry) => entry.value);
    const size = children.reduce((sum, child) => sum + this.#sizeOf(child), 1);
    this.#sizes.set(node, size);
    return size;
  }
}

/** Where a node stands. A block of several lines ends with its last value: to the package what comes after it belongs to it, too. */
function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  const last = lastWithin(node);
  return { start, end: last === null ? Math.max(start, end) : spanOf(last).end };
}

/** The last node of a block; null for what has an end of its own. */
function lastWithin(node: Node): Node | null {
  if (!isCollection(node) || node.flow === true) return null;
  const last = node.items.at(-1);
  return isPair<Node | null, Node | null>(last)
    ? (last.value ?? last.key)
    : ((last as Node | null | undefined) ?? null);
}
