import type { Span, YamlNode } from './yaml-tree.ts';

/** What reading names of workflows needs of whoever reads the settings. */
export interface WorkflowNameReader {
  report(code: string, span: Span, message: string): void;
  texts(node: YamlNode | undefined, what: string): readonly string[] | null;
}

/** GitHub starts no more workflows by one event than a person would list here. */
const MOST_WORKFLOWS = 20;

/** The name of a file in `.github/workflows`, with or without that folder before it; null for any other text. */
export function workflowFileName(text: string): string | null {
  const name = text.replace(/^\.github\/workflows\//, '');
  return /^[\w-][\w.-]*\.ya?ml$/.test(name) && name.length <= 200 ? name : null;
}

/** Reads `after-merge` of the settings: names of workflow files, each once. What is wrong is reported, and left out. */
export function readWorkflowNames(node: YamlNode | undefined, reader: WorkflowNameReader): readonly string[] {
  const names = new Set<string>();
  const nodes = node?.kind === 'list' ? node.items : [node];
  for (const [index, text] of (reader.texts(node, "'after-merge'") ?? []).entries()) {
    const name = workflowFileName(text);
    const span = nodes[index]?.span;
    if (name !== null) names.add(name);
    else if (span !== undefined) {
      const message = `'after-merge' takes names of files in .github/workflows, for instance ci.yml, unlike '${text}'`;
      reader.report('bad-workflow-name', span, message);
    }
  }
  if (names.size > MOST_WORKFLOWS && node !== undefined) {
    reader.report('wrong-limit', node.span, `'after-merge' takes at most ${MOST_WORKFLOWS} workflows`);
  }
  return [...names];
}
