import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';

import { buildProgram } from '../../src/cli/run-cli.ts';
import { codeSpansOf, DOCUMENTS, fencesOf, readDocument } from './documents.ts';

/** The real commands, which read their arguments and do nothing. */
function buildIdleProgram(): Command {
  const terminal = {
    print: () => undefined,
    note: () => undefined,
    style: (_: unknown, text: string) => text,
    color: false,
    interactive: false,
  };
  const program = buildProgram({ terminal, finish: () => undefined });
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  program.configureOutput(silent);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    if (command.commands.length === 0) command.action(() => undefined);
    command.configureOutput(silent);
  }
  return program;
}

/** The words of a command line, as a shell takes them; quotes keep blanks. */
function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

const typed = DOCUMENTS.flatMap((path) =>
  fencesOf(path).flatMap(({ place, text }) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .flatMap((line) => line.slice(2).split(' && '))
      .map((line) => ({ place, line })),
  ),
);

describe('command lines in the documents', () => {
  test.each(typed.filter(({ line }) => line.startsWith('treadle ')))('$place: $line', async ({ line }) => {
    const [, ...args] = splitWords(line);
    await expect(buildIdleProgram().parseAsync(args, { from: 'user' })).resolves.toBeDefined();
  });

  test.each([
    'treadle lnt a.yml',
    'treadle run bug',
    'treadle status --everything',
    'treadle show 1-1 fix more',
  ])('a wrong one would be found: %s', async (line) => {
    const [, ...args] = splitWords(line);
    await expect(buildIdleProgram().parseAsync(args, { from: 'user' })).rejects.toThrow();
  });

  const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
  const run = [...typed.map(({ line }) => line), ...DOCUMENTS.flatMap(codeSpansOf)].flatMap((line) =>
    [...line.matchAll(/\bnpm run ([\w:]+)/g)].map(([, script = '']) => script),
  );

  test.each([...new Set(run)])('npm run %s is a script', (script) => {
    expect(scripts).toHaveProperty([script]);
  });

  const names = buildIdleProgram().commands.map((command) => command.name());

  test('commands that are named in prose are there', () => {
    const spans = DOCUMENTS.flatMap(codeSpansOf).flatMap(
      (code) => /^treadle ([a-z-]+)/.exec(code)?.[1] ?? [],
    );
    expect(spans.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('the README names every command', () => {
    const spans = new Set(codeSpansOf('README.md').map((code) => code.split(' ').slice(0, 2).join(' ')));
    expect(names.filter((name) => !spans.has(`treadle ${name}`))).toEqual([]);
  });
});
