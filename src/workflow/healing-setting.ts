import { suggestion } from './finding.ts';
import type { Span, YamlNode } from './yaml-tree.ts';

/** What is made into beads by itself, as the settings say it. */
export interface HealingSetting {
  /** False: failed workflow runs are nobody's business. */
  readonly watches: boolean;
  /** Files in `.github/workflows` whose failed runs on the default branch file a bead; null: all but Treadle's own and agents'. */
  readonly workflows: readonly string[] | null;
  /** The bead of a failure is not written more often than this. */
  readonly throttleMinutes: number;
  /** When this many beads were filed or reopened within an hour, none is until that hour is over. */
  readonly beadsPerHour: number;
}

/** What holds where the settings say nothing. */
export const DEFAULT_HEALING: HealingSetting = {
  watches: true,
  workflows: null,
  throttleMinutes: 2,
  beadsPerHour: 10,
};

/** What reading the setting needs of whoever reads the settings. */
export interface HealingReader {
  report(code: string, span: Span, message: string): void;
  texts(node: YamlNode | undefined, what: string): readonly string[] | null;
}

const KEYS = ['workflows', 'throttle-minutes', 'beads-per-hour'];

/** Reads `self-healing` of the settings: `false`, or a mapping. What is wrong is reported, and the default holds for it. */
export function readHealing(node: YamlNode | undefined, reader: HealingReader): HealingSetting {
  if (node === undefined) return DEFAULT_HEALING;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') {
    return { ...DEFAULT_HEALING, watches: node.value };
  }
  if (node.kind !== 'map') {
    reader.report('wrong-type', node.span, "'self-healing' is false, or a mapping");
    return DEFAULT_HEALING;
  }
  for (const { key } of node.entries) {
    if (KEYS.includes(key.text)) continue;
    const message = `Unknown key '${key.text}' of 'self-healing'.${suggestion(key.text, KEYS)}`;
    reader.report('unknown-key', key.span, message);
  }
  const number = (key: string, from: number, to: number, absent: number): number => {
    const value = node.byKey.get(key)?.value;
    if (value === undefined) return absent;
    if (value.kind === 'scalar' && typeof value.value === 'number') {
      if (value.value >= from && value.value <= to) return value.value;
    }
    reader.report('wrong-limit', value.span, `'${key}' is a number from ${from} to ${to}`);
    return absent;
  };
  return {
    watches: true,
    workflows: reader.texts(node.byKey.get('workflows')?.value, "'workflows'"),
    throttleMinutes: number('throttle-minutes', 0, 1440, DEFAULT_HEALING.throttleMinutes),
    beadsPerHour: number('beads-per-hour', 1, 100, DEFAULT_HEALING.beadsPerHour),
  };
}
