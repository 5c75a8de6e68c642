import type { Spread } from './measure.ts';

/** One line of a figure. */
export interface FigureRow {
  readonly label: string;
  readonly spread: Spread;
  /** Numbers that follow from the medians, by the name of their column. */
  readonly derived: Readonly<Record<string, number>>;
}

/** What one benchmark found. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** Of the spreads, for instance `ms`. */
  readonly unit: string;
  readonly rows: readonly FigureRow[];
}

/** A benchmark: it takes as few samples as say anything when it is to be quick. */
export type Benchmark = (options: { readonly quick: boolean }) => Promise<Figure>;

/** The median of one of several spreads that were measured together. */
export function medianOf(spreads: ReadonlyMap<string, Spread>, label: string): number {
  return spreads.get(label)?.median ?? Number.NaN;
}
