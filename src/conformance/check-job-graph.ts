import type { Json } from '../base/canonical-json.ts';
import { documentsOf, legsOf, matrixOf } from '../engine/legs.ts';
import { lookup } from '../engine/own-keys.ts';
import type { ConformanceCase, Fields, Verdict } from './case.ts';
import { equalJson, fieldsOf, isFields, isList, plainText, textOf } from './case.ts';
import { readPlainWorkflow } from './plain-workflow.ts';
import { endOfJob } from './scripted-end.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { simulateRun } from './simulate-run.ts';

/**
 * `{workflow, script?, vars?, cancelAfter?, cancelWhileRunning?, expect: {results, legs?, legResults?, notRun?, outputs?, run?} | {invalid}}`:
 * runs the workflow through the engine, jobs ending as the script says, and compares what is given.
 */
export function checkJobGraph({ fields }: ConformanceCase): Verdict {
  const expected = fieldsOf(fields['expect'] ?? null);
  const read = readPlainWorkflow(fields['workflow'] ?? null);
  if (!read.ok) {
    const pass = 'invalid' in expected && saysTheSame(expected['invalid'] ?? true, read.problems);
    return { pass, expected, actual: { invalid: read.problems.join('; ') } };
  }
  const script = new Map(
    Object.entries(fieldsOf(fields['script'])).map(([job, end]) => [job.toLowerCase(), end]),
  );
  const run = simulateRun(read.workflow, {
    endOf: (id) => endOfJob(script.get(id.replace(/\..*/, '').toLowerCase()), id),
    cancelAfter: namesOf(fields['cancelAfter']),
    cancelWhileRunning: namesOf(fields['cancelWhileRunning']),
    outputs: read.outputs,
    vars: Object.fromEntries(
      Object.entries(fieldsOf(fields['vars'])).map(([name, value]) => [name.toUpperCase(), textOf(value)]),
    ),
  });
  const actual = describeRun(run, [...read.workflow.jobs.keys()]);
  const isSame =
    !('invalid' in expected) &&
    Object.entries(expected).every(([key, wanted]) => hasSame(key, wanted, actual));
  const shown = Object.fromEntries(
    Object.entries(actual).filter(([key]) => key in expected || key === 'results'),
  );
  return { pass: isSame, expected, actual: shown };
}

function namesOf(given: Json | undefined): readonly string[] {
  if (given === undefined || given === null) return [];
  return (isList(given) ? given : [given]).map(textOf);
}

/** The words of the text, by and large: what GitHub calls it need not be what we call it. */
function saysTheSame(wanted: Json, problems: readonly string[]): boolean {
  if (typeof wanted !== 'string') return wanted !== false;
  const said = plainText(problems.join('\n'));
  const words = plainText(wanted).match(/[a-z0-9_-]{3,}/g) ?? [];
  const found = words.filter((word) => said.includes(word));
  return said.includes(plainText(wanted)) || found.length * 2 >= words.length;
}

function describeRun({ state, begun }: SimulatedRun, jobs: readonly string[]): Fields {
  const documents = documentsOf(state);
  const resultOf = (id: string): Json => lookup(state.run.jobs, id)?.result ?? null;
  const withLegs = jobs.filter((job) => matrixOf(documents, job) !== null);
  const byJob = (ids: readonly string[], value: (id: string) => Json): Fields =>
    Object.fromEntries(ids.map((id): [string, Json] => [id, value(id)]));
  return {
    results: byJob(jobs, resultOf),
    legs: byJob(withLegs, (job) => matrixOf(documents, job)?.legs.map(({ name }) => name) ?? []),
    legResults: byJob(withLegs, (job) => legsOf(documents, job).map(resultOf)),
    notRun: jobs.filter((job) => !begun.has(job)),
    outputs: byJob(jobs, (job) => ({ ...documents.document(job)?.outputs })),
    run: state.run.conclusion,
  };
}

function hasSame(key: string, wanted: Json, actual: Fields): boolean {
  const found = actual[key] ?? null;
  switch (key) {
    case 'results':
    case 'outputs':
      return everyJob(wanted, found, equalJson);
    case 'legs':
      return isFields(wanted)
        ? everyJob(wanted, found, equalLegs)
        : Object.values(fieldsOf(found)).some((legs) => equalLegs(wanted, legs));
    case 'legResults':
      return everyJob(wanted, found, (results, legs) => equalLegResults(results, legs));
    case 'notRun':
      return isList(found) && namesOf(wanted).every((job) => found.includes(job));
    case 'run':
      return wanted === found;
    default:
      return true;
  }
}

function everyJob(wanted: Json, found: Json, isEqual: (wanted: Json, found: Json) => boolean): boolean {
  const actual = new Map(Object.entries(fieldsOf(found)).map(([job, value]) => [job.toLowerCase(), value]));
  return Object.entries(fieldsOf(wanted)).every(([job, value]) =>
    isEqual(value, actual.get(job.toLowerCase()) ?? null),
  );
}

/** How many legs there are, or their names in their order. */
function equalLegs(wanted: Json, legs: Json): boolean {
  const names = isList(legs) ? legs : [];
  return typeof wanted === 'number' ? wanted === names.length : equalJson(wanted, names);
}

/** In the order of the legs; in a mapping, by index. */
function equalLegResults(wanted: Json, legs: Json): boolean {
  return equalJson(isFields(wanted) ? Object.values(wanted) : wanted, legs);
}
