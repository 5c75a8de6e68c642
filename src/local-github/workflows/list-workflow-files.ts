import { readBlob, readTree } from '../git/objects.ts';
import { readWorkflowFile, type WorkflowFile } from './workflow-file.ts';

const folder = '.github/workflows/';

/** Files by the oid of their blob and their path: a blob never changes. */
const known = new Map<string, WorkflowFile | null>();

/** The lists of the commits last asked for: a commit never changes. */
const listed = new Map<string, readonly WorkflowFile[]>();
const longestMemory = 200;

/** The workflow files of a commit, in order of path. Files that are no workflows are left out. */
export async function listWorkflowFiles(path: string, commit: string): Promise<readonly WorkflowFile[]> {
  const key = `${path} ${commit}`;
  const cached = listed.get(key);
  if (cached !== undefined) return cached;
  const files = await readWorkflowFiles(path, commit);
  const [oldest] = listed.keys();
  if (listed.size >= longestMemory && oldest !== undefined) listed.delete(oldest);
  listed.set(key, files);
  return files;
}

async function readWorkflowFiles(path: string, commit: string): Promise<readonly WorkflowFile[]> {
  const entries = (await readTree(path, commit, { below: folder })) ?? [];
  const files = await Promise.all(
    entries
      .filter((entry) => entry.type === 'blob' && /\.ya?ml$/.test(entry.path))
      .map((entry) => readFile(path, entry.path, entry.oid)),
  );
  return files.filter((file) => file !== null);
}

async function readFile(path: string, file: string, oid: string): Promise<WorkflowFile | null> {
  const key = `${oid} ${file}`;
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  const content = await readBlob(path, oid);
  const read = content === null ? null : readWorkflowFile(file, content.toString('utf8'));
  known.set(key, read);
  return read;
}
