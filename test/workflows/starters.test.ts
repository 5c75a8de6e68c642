import { describe, expect, test } from 'vitest';

import { findStarter, workflowStarters } from '../../src/cli/init/workflow-starters.ts';
import { readBuiltInWorkflows, readWorkflowTemplates } from '../../src/runtime/package-files.ts';
import { findAmong } from '../../src/runtime/lintable-files.ts';
import { lintFiles } from '../../src/workflow/lint-files.ts';
import { BUILT_IN } from './built-in.ts';
import { beginPlay } from './play.ts';

const starters = workflowStarters(readWorkflowTemplates(), readBuiltInWorkflows());
const written = [...readWorkflowTemplates().keys()];

describe('starters of workflows', () => {
  test('are those that were written and the built-in ones, each once and with a sentence of its own', () => {
    expect(starters.map(({ name }) => name)).toEqual([...written, ...BUILT_IN].sort());
    expect(written).toEqual(['matrix', 'race', 'release', 'reusable', 'review', 'steps']);
    expect(new Set(starters.map(({ about }) => about)).size).toBe(starters.length);
    for (const { about } of starters) expect(about).toMatch(/^[A-Z].{20,200}\.$/);
  });

  test.each(starters)('$name has nothing to complain about', ({ name, text }) => {
    const path = `.github/treadle/workflows/${name}.yml`;
    expect(lintFiles([{ path, text }], null, findAmong([]))).toEqual([]);
    expect(text).not.toContain('It serves where');
  });

  test.each(written)('%s says how it is used, and explains itself by comments', (name) => {
    const { text } = findStarter(starters, name);
    expect(text).toMatch(/^# Start it with: treadle run |^# Another workflow calls it/m);
    expect(text.match(/^ *# /gm)?.length).toBeGreaterThanOrEqual(4);
  });

  test.each([
    ...starters.map(({ name }) => ({ name, inputs: {} })),
    { name: 'release', inputs: { version: '1.4', risk: 'high' } },
    { name: 'reusable', inputs: { what: 'all', thorough: true } },
  ])('$name with $inputs runs to its end in success', ({ name, inputs }) => {
    const play = beginPlay(name, findStarter(starters, name).text, inputs);
    play.finish();
    expect(play.story.state().run.conclusion).toBe('success');
  });

  test('of a name that there is not are refused with what was meant', () => {
    expect(() => findStarter(starters, 'reviw')).toThrow(
      "there is no starter called reviw. Did you mean 'review'?",
    );
    expect(() => findStarter(starters, 'qqqqqqq')).toThrow(/called qqqqqqq\.$/);
  });
});
