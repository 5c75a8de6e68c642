/**
 * Refuses, for a token that may not write workflow files, each updated ref whose new commits change something below
 * `.github/workflows`. Does nothing for a push that did not come through the server.
 */
export const preReceiveHook = `#!/bin/sh
[ "$TREADLE_PROTECT_WORKFLOWS" = 1 ] || exit 0
zero=0000000000000000000000000000000000000000
while read -r old new ref; do
  [ "$new" = "$zero" ] && continue
  changed=$(git log -m --first-parent --format= --name-only "$new" --not --all -- .github/workflows | head -n 1)
  if [ -n "$changed" ]; then
    echo "refusing to allow a GitHub App to create or update workflow \\\`$changed\\\` without \\\`workflows\\\` permission" >&2
    exit 1
  fi
done
exit 0
`;

/** Writes the refs that a push moved, as \`OLD NEW REF\` lines, to the file that the server named. */
export const postReceiveHook = `#!/bin/sh
[ -n "$TREADLE_PUSH_RECORD" ] || exit 0
cat > "$TREADLE_PUSH_RECORD"
`;
