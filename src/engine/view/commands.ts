/** What people type: each command and comment that a text of ours names is spelled here and nowhere else. */

/** A command line that answers or shows something; arguments that hold blanks are given as placeholders in capitals. */
export const commandLine = {
  approve: (run: string, job: string): string => `treadle approve ${run} --job ${job} --reason "WHY"`,
  reject: (run: string, job: string): string =>
    `treadle reject ${run} --job ${job} --reason "WHAT TO CHANGE"`,
  report: (dispatch: string, outputs: readonly string[] = []): string =>
    [
      `treadle report ${dispatch} --outcome success`,
      ...outputs.map((name) => `--output ${name}=VALUE`),
      '--summary "WHAT WAS DONE"',
    ].join(' '),
  show: (run: string): string => `treadle show ${run}`,
  log: (run: string): string => `treadle log ${run}`,
  advance: (): string => 'treadle advance',
};

/** A comment by which the CEO overrules; on the bead, or on the CEO bead of an escalation. The rest of the line is the reason. */
export const overrideComment = {
  retry: (): string => '/treadle retry WHAT TO DO DIFFERENTLY',
  goto: (job: string): string => `/treadle goto ${job} WHY`,
  reassign: (role: string): string => `/treadle reassign ${role} WHY`,
  resume: (): string => '/treadle resume WHY',
  repin: (workflow: string): string => `/treadle repin ${workflow} WHY`,
  close: (): string => '/treadle close WHY',
};

const OVERRIDES = [
  ...['approve', 'reject', 'retry', 'goto JOB', 'skip JOB', 'reassign ROLE', 'repin WORKFLOW'],
  ...['pause', 'resume', 'cancel', 'close'],
].map((command) => `/treadle ${command} WHY`);

/** The commands by which the CEO overrules, and those by which a report can be given, in one line. */
export function commandList(): string {
  return `The CEO's commands, each at the beginning of a comment: ${OVERRIDES.join(' · ')}. Whoever was asked for a report: /treadle done, failed or continue, with key=value and a summary.`;
}
