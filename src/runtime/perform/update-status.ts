import { sha256 } from '../../base/digest.ts';
import type { RunState } from '../../engine/state/run.ts';
import { renderMarker } from '../../engine/view/markdown.ts';
import { renderStatusComment } from '../../engine/view/status-comment.ts';
import { done, type Performance, type Performed } from './performance.ts';
import { findMarked, statusMarker } from './post-comment.ts';

/**
 * Brings the bead's one status comment up to date, in place. What it tells already is not sent again; where somebody deleted
 * the comment, a new one takes its place.
 */
export async function updateStatus(performance: Performance): Promise<Performed> {
  const { runtime, workflow, config, state, doubtful } = performance;
  const { forge, stateBranch } = runtime;
  const { issue, statusComment, statusText } = state.run;
  const marker = statusMarker(issue);
  const historyUrl = `${forge.webUrl}/commits/${stateBranch}`;
  const render = (shown: RunState): string =>
    `${renderMarker(marker)}\n${renderStatusComment(workflow, config, shown, historyUrl)}`;
  const body = render(state);
  // That time passed is no news.
  const text = sha256(render({ ...state, run: { ...state.run, updatedAt: state.run.createdAt } }));
  if (statusComment !== null && statusText === text && !doubtful) return done({ comment: statusComment });
  if (statusComment !== null && (await forge.comments.update(statusComment, body)) === 'updated')
    return done({ comment: statusComment, text });
  // The first run of a bead finds no comment of an earlier one.
  const isFirst = statusComment === null && state.run.number === 1 && !doubtful;
  const found = isFirst ? undefined : await findMarked(forge, issue, marker);
  if (found !== undefined && (await forge.comments.update(found.id, body)) === 'updated')
    return done({ comment: found.id, text });
  return done({ comment: await forge.comments.create(issue, body), text });
}
