import type { Json } from '../base/canonical-json.ts';
import type { ConcurrencyGroup, GroupOptions } from '../engine/concurrency-group.ts';
import {
  EMPTY_GROUP,
  enterGroup,
  findGroupProblem,
  groupKeyOf,
  leaveGroup,
} from '../engine/concurrency-group.ts';
import { compileWorkflow } from '../workflow/compile.ts';
import type { ConformanceCase, Fields, Verdict } from './case.ts';
import { equalJson, fieldsOf, isExpectedError, isFields, isList, textOf } from './case.ts';

/**
 * `{group, events, expect: {running, pending, cancelled}}`: plays newcomers and ends in a group, or `{config, expect: {invalid}}`:
 * checks a `concurrency`. In the order of `cancelled` only those cancelled by different events are told apart.
 */
export function checkGroup(one: ConformanceCase): Verdict {
  const expected = fieldsOf(one.fields['expect'] ?? null);
  if (!('events' in one.fields)) return checkConfig(one.fields['config'] ?? null, expected);
  const actual = play(one.fields);
  const isSame = (['running', 'pending', 'cancelled'] as const).every(
    (key) => !(key in expected) || equalMembers(key, expected[key] ?? null, actual[key] ?? null),
  );
  return { pass: isSame, expected, actual };
}

function equalMembers(key: string, expected: Json, actual: Json): boolean {
  const wanted = isList(expected) ? expected : expected === null ? [] : [expected];
  const found = isList(actual) ? actual : actual === null ? [] : [actual];
  return key === 'cancelled'
    ? equalJson(wanted.map(textOf).sort(), found.map(textOf).sort())
    : equalJson(wanted.map(textOf), found.map(textOf));
}

/** Whoever is cancelled while running ends at once. */
function play(fields: Fields): Fields {
  const name = groupKeyOf(textOf(fields['group']));
  let group: ConcurrencyGroup = EMPTY_GROUP;
  const cancelled: string[] = [];
  for (const event of isList(fields['events']) ? fields['events'] : []) {
    const [verb, id, given] = isList(event) ? event : [];
    const options = fieldsOf(given);
    const own = options['group'];
    if (own !== undefined && groupKeyOf(textOf(own)) !== name) continue;
    const isFinish = textOf(verb).toLowerCase() !== 'queue';
    const step = isFinish ? leaveGroup(group, textOf(id)) : enterGroup(group, textOf(id), optionsOf(options));
    group = step.group;
    cancelled.push(...step.cancelled);
    if (group.isEnding && group.running !== null) group = leaveGroup(group, group.running).group;
  }
  return { running: group.running, pending: group.pending, cancelled };
}

function optionsOf(given: Fields): GroupOptions {
  const cancel = given['cancelInProgress'] ?? given['cancel-in-progress'] ?? given['cancel_in_progress'];
  return { cancelInProgress: cancel === true, queue: given['queue'] === 'max' ? 'max' : 'single' };
}

function checkConfig(config: Json, expected: Fields): Verdict {
  const messages = problemsOf(config);
  const wanted = expected['invalid'] ?? false;
  const pass = wanted === false ? messages.length === 0 : isExpectedError(wanted, messages);
  return { pass, expected, actual: { invalid: messages.length === 0 ? false : messages.join('; ') } };
}

function problemsOf(config: Json): readonly string[] {
  const job = { 'runs-on': 'anybody', prompt: 'Work' };
  const workflow = { on: 'workflow_dispatch', concurrency: config, jobs: { job } };
  const text = JSON.stringify(workflow);
  const { diagnostics } = compileWorkflow({ path: 'workflow.yml', text }, { roles: 'any' });
  const found = diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  const group = isFields(config) ? config['group'] : config;
  if (found.length > 0 || typeof group !== 'string' || group.includes('${{')) return found;
  const problem = findGroupProblem(group, optionsOf(fieldsOf(config)));
  return problem === null ? [] : [problem];
}
