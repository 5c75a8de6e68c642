/** The jobs of a workflow that is otherwise in order, or a whole file. */
export type Example = { readonly jobs: string } | { readonly file: string };

export const TASK = 'a: { runs-on: ceo, prompt: Do it }';

export function jobs(...lines: readonly string[]): Example {
  return { jobs: lines.map((line) => `  ${line}\n`).join('') };
}

export function file(...lines: readonly string[]): Example {
  return { file: lines.map((line) => `${line}\n`).join('') };
}

/** The text of an example's file. */
export function textOf(example: Example): string {
  return 'file' in example ? example.file : `on: workflow_dispatch\njobs:\n${example.jobs}`;
}
