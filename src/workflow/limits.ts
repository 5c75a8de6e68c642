import { suggestion } from './finding.ts';
import type { Span, YamlMap, YamlNode } from './yaml-tree.ts';

/** What stops a runaway run, as the settings say it. Null: no limit. */
export interface Limits {
  /** Dispatches of one run in one clock hour. */
  readonly dispatchesPerHourPerRun: number;
  /** Dispatches of the whole repository in one clock hour. */
  readonly dispatchesPerHour: number;
  /** Dispatches of one run, until the CEO lets it go on. */
  readonly hops: number;
  /** Tokens that agents report for one run, until the CEO lets it go on. */
  readonly tokensPerRun: number | null;
  /** US dollars that agents report for one run, until the CEO lets it go on. */
  readonly costUsdPerRun: number | null;
}

/** What holds where the settings say nothing: far above what honest work needs, far below what a loop would cost in a night. */
export const DEFAULT_LIMITS: Limits = {
  dispatchesPerHourPerRun: 300,
  dispatchesPerHour: 1_000,
  hops: 500,
  tokensPerRun: 50_000_000,
  costUsdPerRun: 100,
};

/** Each key with its field, and whether `none` may be said. */
const KEYS = {
  'dispatches-per-hour-per-run': { field: 'dispatchesPerHourPerRun', mayBeNone: false },
  'dispatches-per-hour': { field: 'dispatchesPerHour', mayBeNone: false },
  hops: { field: 'hops', mayBeNone: false },
  'tokens-per-run': { field: 'tokensPerRun', mayBeNone: true },
  'cost-usd-per-run': { field: 'costUsdPerRun', mayBeNone: true },
} as const satisfies Record<string, { readonly field: keyof Limits; readonly mayBeNone: boolean }>;

/** Reads `limits` of the settings; what is wrong is reported, and the default holds for it. */
export function readLimits(
  map: YamlMap | null,
  report: (code: string, span: Span, message: string) => void,
): Limits {
  const limits: Record<string, number | null> = {};
  for (const { key, value } of map?.entries ?? []) {
    if (!isKey(key.text)) {
      const message = `Unknown key '${key.text}' of 'limits'.${suggestion(key.text, Object.keys(KEYS))}`;
      report('unknown-key', key.span, message);
      continue;
    }
    const { field, mayBeNone } = KEYS[key.text];
    const limit = readLimit(value, key.text, mayBeNone);
    if (limit === undefined) {
      const what = key.text.startsWith('cost') ? 'a number above 0' : 'a whole number above 0';
      report('wrong-limit', value.span, `'${key.text}' is ${what}${mayBeNone ? ", or 'none'" : ''}`);
    } else limits[field] = limit;
  }
  return { ...DEFAULT_LIMITS, ...limits };
}

function isKey(key: string): key is keyof typeof KEYS {
  return Object.hasOwn(KEYS, key);
}

function readLimit(node: YamlNode, key: string, mayBeNone: boolean): number | null | undefined {
  if (node.kind !== 'scalar') return undefined;
  const { value } = node;
  if (mayBeNone && value === 'none') return null;
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) return undefined;
  return key.startsWith('cost') || Number.isSafeInteger(value) ? value : undefined;
}
