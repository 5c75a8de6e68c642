import { inline } from '../../engine/view/markdown.ts';
import { done, type Performance, type Performed } from './performance.ts';
import { postComment } from './post-comment.ts';

/** More than anybody reads at a glance; people's own words in it are as long as a comment. All of it is in the state. */
const LONGEST = 8_000;

/** Says something once, on the bead unless another place is told; what is longer than a comment may be is cut, with a note. */
export async function say(
  { runtime, state, entry, doubtful }: Performance,
  text: string,
  issue: number = state.run.issue,
): Promise<Performed> {
  const comment = await postComment(runtime.forge, {
    issue,
    marker: entry.id,
    body: inline(text, LONGEST),
    doubtful,
  });
  return done({ comment });
}
