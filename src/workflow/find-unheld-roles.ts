import type { Diagnostic } from './diagnostic.ts';
import type { DeclaredOutput, Job, Workflow } from './model.ts';
import type { SettingsFile } from './settings.ts';

const KEY = 'runs-on';

/** Warnings for the roles that jobs of a workflow run on, as far as the file tells them, and that nobody holds. */
export function findUnheldRoles(
  workflow: Workflow,
  text: string,
  { roles, teams }: Pick<SettingsFile, 'roles' | 'teams'>,
): readonly Diagnostic[] {
  const lines = text.split('\n');
  return [...workflow.jobs.values()].flatMap((job) =>
    rolesOf(workflow, job)
      .filter((role) => (roles[role] ?? []).length === 0 && teams[role] === undefined)
      .map((role): Diagnostic => {
        const { start, end } = placeOf(lines, job);
        const message = `Nobody holds the role '${role}', so '${job.id}' would escalate: give it to somebody in the settings`;
        return { path: workflow.path, start, end, severity: 'warning', code: 'role-held-by-nobody', message };
      }),
  );
}

/** A role that is written out, or all that an output's `enum` allows. */
function rolesOf(workflow: Workflow, job: Job): readonly string[] {
  if (!('runsOn' in job)) return [];
  const { source } = job.runsOn;
  if (!source.includes('${{')) return [source];
  const [, need = '', output = ''] =
    /^\$\{\{\s*needs\.([\w-]+)\.outputs\.([\w-]+)\s*\}\}$/.exec(source.trim()) ?? [];
  const producer = workflow.jobs.get(workflow.graph.resolve(need) ?? '');
  const declared: readonly DeclaredOutput[] =
    producer !== undefined && 'declaredOutputs' in producer ? producer.declaredOutputs : [];
  return declared.find(({ name }) => name.toLowerCase() === output.toLowerCase())?.enum ?? [];
}

/** Where `runs-on` stands, which every job has that runs on a role. */
function placeOf(lines: readonly string[], job: Job): Pick<Diagnostic, 'start' | 'end'> {
  const from = job.position.line - 1;
  const index = Math.max(
    from,
    lines.findIndex((text, at) => at >= from && text.includes(KEY)),
  );
  const column = 1 + Math.max(0, String(lines[index]).indexOf(KEY));
  const line = index + 1;
  return { start: { line, column }, end: { line, column: column + KEY.length } };
}
