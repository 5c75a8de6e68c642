import { parseMarker, renderMarker } from '../../engine/view/markdown.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge } from '../../forge/port/forge.ts';

/**
 * Posts a comment that carries an effect's marker, once. Where it may have been posted before, it is looked for first; of
 * several copies the oldest stays and the others are removed.
 *
 * @returns the id of the one comment that stands
 */
export async function postComment(
  forge: Forge,
  post: {
    readonly issue: number;
    readonly marker: string;
    readonly body: string;
    readonly doubtful: boolean;
  },
): Promise<number> {
  const { issue, marker, body, doubtful } = post;
  const standing = doubtful ? await findMarked(forge, issue, marker) : undefined;
  return standing?.id ?? (await forge.comments.create(issue, `${renderMarker(marker)}\n${body}`));
}

/** The comment of ours that carries a marker; further copies are removed. */
export async function findMarked(forge: Forge, issue: number, marker: string): Promise<Comment | undefined> {
  const viewer = await forge.people.viewer();
  const copies = (await forge.comments.on(issue))
    .filter((comment) => comment.author.id === viewer.id && parseMarker(comment.body) === marker)
    .sort((a, b) => a.id - b.id);
  const [first, ...others] = copies;
  for (const copy of others) await forge.comments.remove(copy.id);
  return first;
}

/** Marker of a bead's one status comment. */
export function statusMarker(issue: number): string {
  return `status/${issue}`;
}
