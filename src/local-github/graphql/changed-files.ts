import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { diffTrees, type FileChange } from '../git/diff.ts';
import { mergeBase } from '../git/commits.ts';
import { connect, type ConnectionObject, type ListArguments } from './connection.ts';

const patchStatuses: Readonly<Record<FileChange['status'], string>> = {
  added: 'ADDED',
  removed: 'DELETED',
  modified: 'MODIFIED',
  renamed: 'RENAMED',
};

/** The files that a pull request changes. Of a renamed one only the new path is told, as on GitHub. */
export async function changedFiles(
  repository: Repository,
  { pull: { headSha, baseSha } }: PullIssue,
  args: ListArguments,
): Promise<ConnectionObject> {
  const { path } = repository;
  const from = (await mergeBase(path, baseSha, headSha)) ?? baseSha;
  return connect('files', await diffTrees(path, from, headSha), args, (file) => ({
    path: file.path,
    changeType: patchStatuses[file.status],
    additions: file.additions,
    deletions: file.deletions,
  }));
}
