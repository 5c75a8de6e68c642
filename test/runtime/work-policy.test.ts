import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readChanges, reasonNotToPublish, type SizedFile } from '../../src/runtime/work/work-policy.ts';
import { readSettings } from '../../src/workflow/settings.ts';

const OID = 'a'.repeat(40);
const PROTECTED = readSettings({ path: 'treadle.yml', text: '' }).settings?.protectedPaths ?? [];

function file(path: string, over: Partial<SizedFile> = {}): SizedFile {
  return { path, mode: '100644', oid: OID, object: { type: 'blob', bytes: 10 }, ...over };
}

const removed = (path: string): SizedFile =>
  file(path, { mode: '000000', oid: '0'.repeat(40), object: null });
const judge = (...files: readonly SizedFile[]): string | null => reasonNotToPublish(files, PROTECTED);

describe('what an agent changed is published', () => {
  test.each<[what: string, changed: SizedFile]>([
    ['a file', file('src/a b/ü.ts')],
    ['a program', file('run.sh', { mode: '100755' })],
    ['a file that is gone', removed('old.txt')],
    ['a link that is gone', removed('link')],
    ['names that only look odd', file('a/..b/.gitignore')],
    ['what resembles a protected one', file('docs/github/CLAUDE.md.txt')],
  ])('where it is %s', (_, changed) => {
    expect(judge(changed)).toBeNull();
  });

  test('up to the limits', () => {
    expect(judge(...Array.from({ length: 300 }, (_, index) => file(`f${index}`)))).toBeNull();
    expect(judge(file('big', { object: { type: 'blob', bytes: 10 * 1024 * 1024 } }))).toBeNull();
  });
});

describe('what an agent changed is refused', () => {
  test.each<[what: string, reason: RegExp, changed: readonly SizedFile[]]>([
    ['a workflow', /protected paths.*"\.github\/workflows\/x\.yml"/, [file('.github/workflows/x.yml')]],
    ['a workflow in capitals', /protected paths/, [file('.GitHub/Workflows/x.yml')]],
    ['a workflow taken away', /protected paths/, [removed('.github/workflows/x.yml')]],
    ['the settings', /protected paths/, [file('.github/treadle.yml')]],
    ['instructions of agents', /protected paths/, [file('a/b/claude.md')]],
    ['tools of agents', /protected paths/, [file('.claude/settings.json')]],
    ['a symbolic link', /no plain file.*"link"/, [file('link', { mode: '120000' })]],
    ['a submodule', /no plain file/, [file('m', { mode: '160000', object: { type: 'missing', bytes: 0 } })]],
    ['an object that is not there', /no plain file/, [file('x', { object: { type: 'missing', bytes: 0 } })]],
    ['a folder above', /no path/, [file('../x')]],
    ['a folder above, within', /no path/, [file('a/../../x')]],
    ['the root', /no path/, [file('/etc/passwd')]],
    ["git's own folder", /no path/, [file('a/.GIT/hooks/pre-push')]],
    ["git's own folder, as Windows takes it", /no path/, [file('GIT~1/config')]],
    ["git's own folder, with a dot behind", /no path/, [file('.git./config')]],
    ["git's own folder, as macOS takes it", /no path/, [file('.g\u200cit/config')]],
    ['a line break', /no path/, [file('a\nb')]],
    ['backslashes', /no path/, [file('..\\x')]],
    ['an endless name', /no path/, [file('a'.repeat(1_001))]],
    ['too many files', /301 files/, Array.from({ length: 301 }, (_, index) => file(`f${index}`))],
    ['too much', /bytes/, [file('big', { object: { type: 'blob', bytes: 10 * 1024 * 1024 + 1 } })]],
  ])('where it is %s', (_, reason, changed) => {
    expect(judge(file('fine.txt'), ...changed.slice(0, 301))).toMatch(
      changed.length > 1 ? /30[12] files/ : reason,
    );
  });

  test('with the first of many paths named', () => {
    const paths = Array.from({ length: 9 }, (_, index) => file(`.github/f${index}`));
    expect(judge(...paths)).toMatch(/"\.github\/f4" and 4 more\.$/);
  });

  test('where its settings protect something else', () => {
    expect(reasonNotToPublish([file('infra/x.tf')], ['infra/**'])).toMatch(/protected paths/);
    expect(reasonNotToPublish([file('.github/workflows/x.yml')], ['infra/**'])).toBeNull();
  });
});

describe('what git tells of changes', () => {
  test('is read as it was written, whatever the names are', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.constantFrom('100644', '000000', '120000'))), (entries) => {
        const raw = entries.map(([path, mode]) => `:100644 ${mode} ${OID} ${OID} M\0${path}\0`).join('');
        expect(readChanges(Buffer.from(raw))).toEqual(
          entries.map(([path, mode]) => ({ path, mode, oid: OID })),
        );
      }),
    );
  });

  test.each([
    ['names that are no UTF-8', Buffer.from([...Buffer.from(`:100644 100644 ${OID} ${OID} M\0`), 0xff, 0])],
    ['other words', Buffer.from('fatal: no\0x\0')],
  ])('is nothing where there are %s', (_, raw) => {
    expect(readChanges(raw)).toBeNull();
  });
});
