import type { Actor } from '../auth.ts';

/** Which commit's workflow files an event is answered with. */
export type EventSource =
  /** The default branch's tip. */
  | { readonly kind: 'default-branch' }
  /** The merge of a pull request's head with its base. */
  | { readonly kind: 'pull'; readonly number: number }
  /** The commit that a pushed or dispatched ref points to. */
  | { readonly kind: 'ref'; readonly ref: string; readonly sha: string };

/** Something that happened in a repository and that webhooks and workflows are told of. */
export interface RepositoryEvent {
  /** As in `on:` and `X-GitHub-Event`. */
  readonly name: string;
  /** The activity type, if the event has any. */
  readonly action: string | null;
  /** The payload but for `action`, `repository` and `sender`. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  readonly source: EventSource;
  /** How many `workflow_run` events led here. */
  readonly chain?: number;
}
