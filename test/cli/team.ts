import type { Files } from './repository.ts';

/** What an agent prints to answer. */
export function answer(
  outcome: string,
  outputs: Readonly<Record<string, string>> = {},
  summary = '',
): string {
  const fields = JSON.stringify({ outcome, outputs, summary });
  return `cat <<'ANSWER'\n\`\`\`treadle\n${fields}\n\`\`\`\nANSWER\n`;
}

const SETTINGS = `roles:
  ceo: [boss]
  backend-engineer: [worker]
  qa-engineer: [checker]
  engineering-manager: [chief]
agents:
  worker: { dispatch: command, command: [sh, tools/worker.sh] }
  checker: { dispatch: command, command: [sh, tools/checker.sh] }
  chief: { dispatch: command, command: [sh, tools/chief.sh] }
`;

/** All node types on the way from a bead to a verified change: one branch of the decision is taken, the other skipped. */
const WORKFLOW = `name: Greeting
on:
  issues: { types: [opened, labeled], labels: [greeting] }
  workflow_dispatch:
    inputs:
      who: { description: who is greeted, default: world }
jobs:
  plan:
    runs-on: backend-engineer
    prompt: Plan a greeting for \${{ inputs.who }}.
    outputs: { text: { required: true } }
  choose:
    type: decision
    needs: plan
    outputs:
      loud: \${{ endsWith(needs.plan.outputs.text, '!') }}
  shout:
    needs: [plan, choose]
    if: needs.choose.outputs.loud == 'true'
    runs-on: backend-engineer
    prompt: Try it aloud.
  whisper:
    needs: [plan, choose]
    if: needs.choose.outputs.loud != 'true'
    runs-on: backend-engineer
    prompt: Try it in a low voice.
  approve:
    type: approval
    needs: plan
    runs-on: ceo
    prompt: \${{ needs.plan.outputs.text }}
    on-rejected: plan
  ready:
    type: merge
    needs: [shout, approve]
    wait: all
  write:
    needs: [ready, plan]
    runs-on: backend-engineer
    prompt: Write it into a file.
    outputs: { pull-request: { required: true } }
  land:
    type: commit
    needs: write
    runs-on: engineering-manager
    pull-request: \${{ needs.write.outputs.pull-request }}
    on-failure: write
  check:
    type: verify
    needs: land
    runs-on: qa-engineer
    prompt: Read the file on the base branch.
    on-failure: write
`;

/** The worker plans by the feedback it got, and writes on a branch with a pull request. */
const WORKER = `set -eu
task=$(cat)
case $TREADLE_JOB in
plan)
  case $task in
  *"no exclamation"*) ${answer('success', { text: 'hello there' })} ;;
  *) ${answer('success', { text: 'hello!' }, 'A loud one')} ;;
  esac ;;
write)
  branch=write-$TREADLE_RUN-$TREADLE_ATTEMPT
  git switch -qc $branch
  echo hello > hello.txt
  git add hello.txt
  git commit -qm 'Say hello'
  git push -q origin $branch
  number=$(node tools/open-pull.mjs $branch)
  printf '\`\`\`treadle\\noutcome: success\\noutputs: { pull-request: "%s" }\\n\`\`\`\\n' $number ;;
*) ${answer('success')} ;;
esac
`;

const OPEN_PULL = `const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, TREADLE_BASE_BRANCH } = process.env;
const answer = await fetch(GITHUB_API_URL + '/repos/' + GITHUB_REPOSITORY + '/pulls', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + GITHUB_TOKEN },
  body: JSON.stringify({ title: 'Say hello', head: process.argv[2], base: TREADLE_BASE_BRANCH }),
});
if (!answer.ok) throw new Error(await answer.text());
console.log((await answer.json()).number);
`;

/** A small team with a workflow of its own; agents are shell scripts. */
export const GREETING: Files = {
  '.github/treadle.yml': SETTINGS,
  '.github/treadle/workflows/greeting.yml': WORKFLOW,
  'tools/worker.sh': WORKER,
  'tools/open-pull.mjs': OPEN_PULL,
  'tools/checker.sh': `test "$(cat hello.txt)" = hello\n${answer('success', {}, 'It says hello')}`,
  'tools/chief.sh': answer('success', {}, 'Does what was approved'),
  'README.md': 'A shop.\n',
};

/** A repository with one agent, the shell script given, and one workflow `small`. */
export function smallTeam(jobs: string, worker: string): Files {
  return {
    '.github/treadle.yml': `roles:
  ceo: [boss]
  backend-engineer: [worker]
agents:
  worker: { dispatch: command, command: [sh, tools/worker.sh] }
`,
    '.github/treadle/workflows/small.yml': `name: Small\non: workflow_dispatch\njobs:\n${jobs}`,
    'tools/worker.sh': worker,
  };
}
