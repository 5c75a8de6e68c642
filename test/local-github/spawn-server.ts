import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A server in a process of its own. */
export interface SpawnedServer {
  readonly url: string;
  readonly pid: number;
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Translates the server's sources to JavaScript, so that a process without a TypeScript loader runs them. Returns main.js. */
export function transpileServer(): string {
  const target = join(root, 'node_modules', '.cache', `local-github-${process.pid}`);
  for (const layer of ['base', 'local-github']) {
    const source = join(root, 'src', layer);
    const names = readdirSync(source, { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((each) => each.endsWith('.ts'))) {
      const output = ts.transpileModule(readFileSync(join(source, name), 'utf8'), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          rewriteRelativeImportExtensions: true,
          verbatimModuleSyntax: true,
        },
      });
      const file = join(target, layer, relative(source, join(source, name)).replace(/\.ts$/, '.js'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, output.outputText);
    }
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  return join(target, 'local-github', 'main.js');
}

/** The folder that {@link transpileServer} wrote to. */
export function transpiledFolder(main: string): string {
  return dirname(dirname(main));
}

/** Starts a process and waits until it tells where it is; rejects with what it wrote to stderr when it ends before. */
export async function spawnServer(main: string, ...args: readonly string[]): Promise<SpawnedServer> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let problem = '';
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? ''));
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve)),
    ended.then((code) => {
      throw new Error(`exit ${code}: ${problem}`);
    }),
  ]);
  const { url, pid } = JSON.parse(line) as { url: string; pid: number };
  return { url, pid, process: child, ended };
}
