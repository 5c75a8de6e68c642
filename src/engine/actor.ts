/** Who caused an event. `treadle` has id 0. */
export interface Actor {
  readonly kind: 'user' | 'app' | 'treadle';
  readonly login: string;
  readonly id: number;
}

export const TREADLE: Actor = { kind: 'treadle', login: 'treadle', id: 0 };
