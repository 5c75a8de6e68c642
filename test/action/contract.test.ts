import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { INPUT_DEFAULTS, readInputs } from '../../src/action/inputs.ts';
import { asPlainLine } from '../../src/action/step.ts';
import { readSurroundings } from '../../src/action/surroundings.ts';
import { ROOT } from '../cli/built-cli.ts';
import { readActionFile } from './runner.ts';

describe('action.yml', () => {
  it('has the inputs that the code reads, with the same defaults', async () => {
    const { inputs } = await readActionFile();
    const defaults = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']),
    );
    expect(defaults).toEqual(INPUT_DEFAULTS);
    const read = readInputs((name) => defaults[name] ?? '');
    expect(read).toMatchObject({
      mode: 'advance',
      stateBranch: 'treadle/state',
      config: '.github/treadle.yml',
      maxNewRuns: 10,
    });
  });

  it('has the outputs that the code sets', async () => {
    const { outputs } = await readActionFile();
    const sources = ['advance', 'plan', 'lint', 'report', 'publish'].map((mode) =>
      readFile(join(ROOT, 'src/action/modes', `${mode}.ts`), 'utf8'),
    );
    const texts = (await Promise.all(sources)).join('\n');
    const set = [...texts.matchAll(/step\.output\('([^']+)'/g)].map(([, name]) => name);
    expect([...new Set(set)].sort()).toEqual(Object.keys(outputs).sort());
  });

  it('is described in the guide', async () => {
    const { inputs, outputs } = await readActionFile();
    const guide = await readFile(join(ROOT, 'docs/action.md'), 'utf8');
    const missing = [...Object.keys(inputs), ...Object.keys(outputs)].filter(
      (name) => !guide.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
});

describe('the surroundings of a step', () => {
  const environment = {
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_SERVER_URL: 'https://github.com/',
  };
  it.each([
    ['42', 'https://github.com/acme/shop/actions/runs/42'],
    ['', null],
    [undefined, null],
    ['../../evil', null],
  ])('of the workflow run %j link to %j', (run, url) => {
    expect(readSurroundings({ ...environment, GITHUB_RUN_ID: run }).runUrl).toBe(url);
  });
});

describe('the variables that a step is given', () => {
  const read = (vars: string) => readInputs((name) => (name === 'vars' ? vars : name === 'token' ? 'x' : ''));
  it('are a JSON object of texts, or none are given', () => {
    expect(read('{"A": "a", "N": 1}').vars).toEqual({ A: 'a', N: '1' });
    expect(read(' ').vars).toBeNull();
    expect(() => read('[1]')).toThrow('the input vars cannot be used: it is no JSON object');
    expect(() => read('{')).toThrow('the input vars cannot be used: it is no JSON');
  });
});

describe('the path of the settings', () => {
  const read = (config: string) =>
    readInputs((name) => (name === 'config' ? config : name === 'token' ? 'x' : ''));
  it.each(['.github/treadle.yml', 'ops/treadle.prod.yml', 'treadle.yml', '..a/b..c'])('may be %j', (path) => {
    expect(read(path).config).toBe(path);
  });
  it('is the usual one where none is given', () => {
    expect(read(' ').config).toBe('.github/treadle.yml');
  });
  it.each([
    '/etc/passwd',
    '../treadle.yml',
    'a/../../treadle.yml',
    './treadle.yml',
    'a//b.yml',
    'a/',
    '.git/config',
    'a/.GIT/config',
    'C:\\treadle.yml',
    'main:treadle.yml',
    '**/x.yml',
    'a\nb.yml',
    'a'.repeat(301),
  ])('cannot be %j', (path) => {
    expect(() => read(path)).toThrow('the input config cannot be used');
  });
});

describe('a line of the log', () => {
  it.each([
    ['::error::no', '\u200b::error::no'],
    ['  ::set-output name=a::b', '\u200b  ::set-output name=a::b'],
    ['said\r\n::stop-commands::x', 'said ::stop-commands::x'],
    ['said\r##[add-mask]x', 'said #\u200b#[add-mask]x'],
    ['#1 bug: a → b', '#1 bug: a → b'],
  ])('%j is no command', (text, line) => {
    expect(asPlainLine(text)).toBe(line);
  });
});
