import { findAction } from '../init/action-reference.ts';
import { asObject, readYamlObject } from '../read-yaml-object.ts';

/** What the step that runs the Action gives it; null for an input that is left out. */
export interface WakeStep {
  readonly token: string | null;
  readonly vars: string | null;
}

/** The step of the workflow that wakes Treadle in which the Action runs; null where it cannot be told. */
export function findWakeStep(workflow: string): WakeStep | null {
  const action = findAction(workflow)?.split('#')[0]?.replaceAll(/["']/g, '');
  const steps = Object.values(asObject(readYamlObject(workflow)?.['jobs'])).flatMap((job) => {
    const { steps } = asObject(job);
    return Array.isArray(steps) ? steps.map(asObject) : [];
  });
  const step = steps.find(({ uses }) => typeof uses === 'string' && uses === action);
  if (step === undefined) return null;
  const given = asObject(step['with']);
  const textOf = (name: string): string | null => {
    const value = given[name];
    return typeof value === 'string' && value.trim() !== '' ? value : null;
  };
  return { token: textOf('token'), vars: textOf('vars') };
}

/** Whether the Action works with the default token of workflows, as it does unless it is given another. */
export function usesDefaultToken(step: WakeStep | null): boolean {
  if (step === null) return false;
  return step.token === null || /^\$\{\{ *(?:github\.token|secrets\.GITHUB_TOKEN) *\}\}$/i.test(step.token);
}
