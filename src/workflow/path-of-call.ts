/** The file that `uses` names: a workflow of the repository, or with `treadle/x` a built-in one. Null for other forms. */
export function pathOfCall(uses: string): string | null {
  const own = /^\.\/(\.github\/treadle\/workflows\/[\w.-]+\.ya?ml)$/.exec(uses);
  if (own?.[1] !== undefined) return own[1];
  const builtIn = /^treadle\/([\w-]+)$/.exec(uses);
  return builtIn?.[1] === undefined ? null : `workflows/${builtIn[1]}.yml`;
}
