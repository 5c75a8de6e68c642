import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { YamlMap, YamlNode } from './yaml-tree.ts';

/** Keys that stand twice in a mapping. GitHub compares them ignoring case; of jobs it says so in words of their own. */
export function findDuplicateKeys(root: YamlNode): readonly Finding[] {
  const findings: Finding[] = [];
  const jobs = root.kind === 'map' ? root.byKey.get('jobs')?.value : undefined;
  const seen = new Set<YamlNode>();
  const open: YamlNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'scalar' || seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'list') {
      open.push(...node.items);
      continue;
    }
    for (const { value } of node.entries) if (value.kind !== 'scalar') open.push(value);
    if (areDifferent(node)) continue;
    const names = new Map<string, string>();
    for (const { key } of node.entries) {
      const first = names.get(key.text.toLowerCase());
      if (first === undefined) {
        names.set(key.text.toLowerCase(), key.text);
        continue;
      }
      const other = first === key.text ? '' : ` as '${first}': letter case makes no difference`;
      findings.push(
        node === jobs
          ? finding('duplicate-job-id', key, `The job '${key.text}' is already defined${other}`)
          : finding('duplicate-key', key, `'${key.text}' is already defined${other}`),
      );
    }
  }
  return findings;
}

/** Whether all keys differ, whatever their case: told at a glance where all are in small letters. */
function areDifferent({ entries, byKey }: YamlMap): boolean {
  if (byKey.size < entries.length) return false;
  return entries.length < 2 || entries.every(({ key }) => key.text === key.text.toLowerCase());
}
