/** Which job a sub-run was called by. */
export interface Parent {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  /** The runs that wait for this one, the outermost first, the caller last. */
  readonly callers: readonly string[];
  /** What the outermost of them says in the `github` context, which holds in all that it calls. */
  readonly outermost: { readonly number: number; readonly workflow: string };
}
