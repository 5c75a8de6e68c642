import type { Changes } from './changes.ts';
import type { Account } from './people.ts';

export interface Comment {
  readonly id: number;
  /** Its global id, by which GraphQL knows it. */
  readonly node: string;
  readonly issue: number;
  readonly body: string;
  readonly author: Account;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CommentEdit {
  /** Whoever edited it last, null where that account is gone; undefined where nobody did. */
  readonly editor: Account | null | undefined;
  /** The text that this is said of. */
  readonly body: string;
}

export interface Comments {
  /** Comments on any issue changed at or after `since`, in pages as those of issues. */
  changedSince(since: string, mostPages?: number): Promise<Changes<Comment>>;
  /** Who edited comments last, by the comment's id; comments that are gone are left out. */
  lastEdits(comments: readonly Comment[]): Promise<ReadonlyMap<number, CommentEdit>>;
  /** A comment, or undefined where it is gone. */
  get(id: number): Promise<Comment | undefined>;
  /** Comments of one issue, oldest first. */
  on(issue: number): Promise<readonly Comment[]>;
  create(issue: number, body: string): Promise<number>;
  update(id: number, body: string): Promise<'updated' | 'gone'>;
  remove(id: number): Promise<void>;
}
