/**
 * Refuses a push for the reason that the server found before (TREADLE_PUSH_REFUSAL); one that is no fast-forward of a branch that
 * takes none other (TREADLE_PUSH_FORWARD, one ref a line); and, for a token that may not write workflow files, each updated ref
 * whose new commits change something below `.github/workflows`. Does nothing for a push that did not come through the server.
 */
export const preReceiveHook = `#!/bin/sh
refuse() {
  printf '%s\\n' "$1" >&2
  exit 1
}
zero=0000000000000000000000000000000000000000
moves=$(cat)
[ -z "$TREADLE_PUSH_REFUSAL" ] || refuse "$TREADLE_PUSH_REFUSAL"
while read -r old new ref; do
  if printf '%s\\n' "$TREADLE_PUSH_FORWARD" | grep -Fxq -- "$ref"; then
    git merge-base --is-ancestor "$old" "$new" ||
      refuse "error: GH013: Repository rule violations found for $ref. Cannot force-push to this branch"
  fi
  [ "$TREADLE_PROTECT_WORKFLOWS" = 1 ] && [ "$new" != "$zero" ] || continue
  changed=$(git log -m --first-parent --format= --name-only "$new" --not --all -- .github/workflows | head -n 1)
  [ -z "$changed" ] ||
    refuse "refusing to allow a GitHub App to create or update workflow \\\`$changed\\\` without \\\`workflows\\\` permission"
done <<END
$moves
END
exit 0
`;

/** Writes the refs that a push moved, as \`OLD NEW REF\` lines, to the file that the server named. */
export const postReceiveHook = `#!/bin/sh
[ -n "$TREADLE_PUSH_RECORD" ] || exit 0
cat > "$TREADLE_PUSH_RECORD"
`;
