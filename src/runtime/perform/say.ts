import { escapeInline } from '../../engine/view/markdown.ts';
import { done, type Performance, type Performed } from './performance.ts';
import { postComment } from './post-comment.ts';

/** Says something once on the bead. */
export async function say(
  { runtime, state, entry, doubtful }: Performance,
  text: string,
): Promise<Performed> {
  const comment = await postComment(runtime.forge, {
    issue: state.run.issue,
    marker: entry.id,
    body: escapeInline(text),
    doubtful,
  });
  return done({ comment });
}
