import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

/** The Action as one file, and beside it the licences of what it contains. */
export default defineConfig({
  input: { index: 'src/action/main.ts' },
  platform: 'node',
  output: { dir: 'dist', format: 'esm', entryFileNames: '[name].js', codeSplitting: false, minify: false },
  plugins: [writeLicences()],
  onLog(level, log, defaultHandler) {
    // A warning is a bundle that may not work where it runs.
    if (level === 'warn' && log.code !== 'CIRCULAR_DEPENDENCY' && log.code !== 'EVAL')
      throw new Error(log.message);
    defaultHandler(level, log);
  },
});

function writeLicences(): Plugin {
  return {
    name: 'write-licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== null));
      const texts = [...folders].map(licenceText).sort();
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n\n') });
    },
  };
}

/** The folder of the package in node_modules that a module belongs to; null for our own. */
function packageFolder(module: string): string | null {
  if (!module.includes('/node_modules/')) return null;
  let folder = dirname(module.replace(/^\0/, '').replace(/\?.*$/, ''));
  while (!isPackage(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

function isPackage(path: string): boolean {
  return existsSync(path) && readManifest(path).version !== undefined;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

function licenceText(folder: string): string {
  const { name = '', version = '', license } = readManifest(join(folder, 'package.json'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license ?? 'see its files'})${text}\n`;
}
