import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles what a writer process loads to a new folder where its packages are found, and gives the folder. */
export async function compileStore(): Promise<string> {
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  const compiled = await mkdtemp(join(root, 'node_modules/.cache/treadle-store-'));
  await writeFile(join(compiled, 'package.json'), '{ "type": "module" }');
  for (const layer of ['base', 'store']) {
    for (const name of await readdir(join(root, 'src', layer), { recursive: true })) {
      if (!name.endsWith('.ts')) continue;
      const source = join(root, 'src', layer, name);
      const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          rewriteRelativeImportExtensions: true,
          verbatimModuleSyntax: true,
        },
      });
      const target = join(compiled, relative(join(root, 'src'), source).replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, outputText);
    }
  }
  return compiled;
}
