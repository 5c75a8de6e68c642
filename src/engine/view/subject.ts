import { cutText, visibleLine } from './visible-text.ts';

/** Git's readers cut longer subjects; STYLE's limit for every commit. */
const SUBJECT_LIMIT = 72;

/**
 * The subject of a transition's commit: `#42 bug: investigate → approve (success)`. One line of at most 72 characters; where
 * it must be cut, what stands in the final brackets (the outcome) stays. Cannot mention anybody.
 */
export function renderSubject(
  run: { readonly issue: number; readonly workflow: string },
  summary: string,
): string {
  const subject = visibleLine(`#${run.issue} ${run.workflow}: ${summary}`).replace(/@/gu, '');
  if (subject.length <= SUBJECT_LIMIT) return subject;
  const outcome = / \([^()]{1,24}\)$/u.exec(subject)?.[0] ?? '';
  return (
    cutAtWord(subject.slice(0, subject.length - outcome.length), SUBJECT_LIMIT - outcome.length) + outcome
  );
}

/** Cuts between words where that costs less than 16 characters. */
function cutAtWord(text: string, max: number): string {
  const cut = cutText(text, max);
  const space = cut.lastIndexOf(' ');
  return space > max - 16 ? `${cut.slice(0, space)} …` : cut;
}
