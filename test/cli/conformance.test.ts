import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { addConformance } from '../../src/cli/commands/conformance.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadle-conformance-'));
  await writeFile(join(folder, 'good.json'), '{"cases":[{"if":"","condition":"success()"}]}');
  await writeFile(
    join(folder, 'bad.json'),
    '{"cases":[{"id":"two\\nlines","matrix":{"a":[1]},"expect":{"count":2}}]}',
  );
  await writeFile(join(folder, 'none.json'), '{"name":"x"}');
});
afterAll(() => rm(folder, { recursive: true }));

/** What the command prints, and its exit code. */
async function check(...args: readonly string[]): Promise<{ printed: readonly string[]; exit: number }> {
  const printed: string[] = [];
  let exit: number = EXIT.done;
  const terminal = {
    print: (line: string) => void printed.push(line),
    note: () => undefined,
    style: (_: unknown, text: string) => text,
    color: false,
    interactive: false,
  };
  const program = new Command().exitOverride();
  addConformance(program, { terminal, finish: (code) => (exit = code) });
  const line = args.map((arg) => (arg.startsWith('--') ? arg : join(folder, arg)));
  await program.parseAsync(['conformance', ...line], { from: 'user' });
  return { printed, exit };
}

describe('treadle conformance', () => {
  it('counts what passes', async () => {
    expect(await check('good.json')).toEqual({ printed: ['1 cases: 1 passed, 0 failed'], exit: EXIT.done });
  });

  it('shows what fails, and ends with 1', async () => {
    const { printed, exit } = await check('good.json', 'bad.json');
    expect(printed[0]).toBe(`failed  ${join(folder, 'bad.json')}: two\\nlines`);
    expect(printed.slice(1)).toEqual([
      '  expected  {"count":2}',
      '  actual    {"count":1}',
      '2 cases: 1 passed, 1 failed',
    ]);
    expect(exit).toBe(EXIT.runFailed);
  });

  it('answers in JSON', async () => {
    const one = await check('bad.json', '--json');
    expect(JSON.parse(one.printed.join('\n'))).toEqual({
      version: 1,
      cases: [{ id: 'two\nlines', pass: false, expected: { count: 2 }, actual: { count: 1 } }],
      count: { passed: 0, failed: 1 },
    });
    const several = await check('good.json', 'bad.json', '--json');
    expect(JSON.parse(several.printed.join('\n'))).toMatchObject({
      cases: [{ file: join(folder, 'good.json'), pass: true }, { file: join(folder, 'bad.json') }],
    });
  });

  it('refuses what holds no cases, and what is not there', async () => {
    await expect(check('none.json')).rejects.toMatchObject({ code: 'conformance-invalid' });
    await expect(check('gone.json')).rejects.toMatchObject({ code: 'not-found' });
  });
});
