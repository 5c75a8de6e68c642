/** A successful answer. Without a body there is no content. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** What is not JSON; the headers tell its type. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** 200 with a body. */
export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  body,
  headers,
});

/** 201 with what was created. */
export const created = (body: unknown): Answer => ({ status: 201, body });

/** 204 */
export const noContent: Answer = { status: 204 };
