import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { invariant } from '../../base/errors.ts';
import { openDocument } from './document.ts';
import type {
  ArtifactRecord,
  CheckRunRecord,
  CommentRecord,
  HookRecord,
  IssueRecord,
  LabelRecord,
  Permission,
  RepositoryRecord,
  ReviewRecord,
  StatusRecord,
  VariableRecord,
  WorkflowRecord,
  WorkflowRunRecord,
} from './records.ts';
import { type Table, tableOf } from './table.ts';

/** All that the server knows of one repository besides its git objects and refs. */
export interface Repository {
  readonly record: RepositoryRecord;
  /** The bare repository's directory. */
  readonly path: string;
  /** `OWNER/NAME` */
  readonly fullName: string;
  readonly issues: Table<IssueRecord>;
  readonly comments: Table<CommentRecord>;
  readonly reviews: Table<ReviewRecord>;
  readonly labels: Table<LabelRecord>;
  readonly statuses: Table<StatusRecord>;
  readonly checkRuns: Table<CheckRunRecord>;
  readonly workflows: Table<WorkflowRecord>;
  readonly workflowRuns: Table<WorkflowRunRecord>;
  readonly artifacts: Table<ArtifactRecord>;
  readonly variables: Table<VariableRecord>;
  readonly hooks: Table<HookRecord>;
  /** Permissions of accounts other than the owner, by user id. */
  readonly collaborators: Table<Permission>;
  /** The next number of the sequence that issues and pull requests share. */
  nextNumber(): number;
  update(change: Partial<RepositoryRecord>): void;
  durable(): Promise<void>;
}

type Collection =
  | 'issues'
  | 'comments'
  | 'reviews'
  | 'labels'
  | 'statuses'
  | 'checkRuns'
  | 'workflows'
  | 'workflowRuns'
  | 'artifacts'
  | 'variables'
  | 'hooks'
  | 'collaborators';
type RowOf<C extends Collection> = Repository[C] extends Table<infer Row> ? Row : never;

interface RepositoryDocument {
  readonly formatVersion: 1;
  record: RepositoryRecord | null;
  lastNumber: number;
  readonly tables: { [C in Collection]: Record<string, RowOf<C>> };
}

function noRows(): RepositoryDocument['tables'] {
  return {
    issues: {},
    comments: {},
    reviews: {},
    labels: {},
    statuses: {},
    checkRuns: {},
    workflows: {},
    workflowRuns: {},
    artifacts: {},
    variables: {},
    hooks: {},
    collaborators: {},
  };
}

/** Where a repository's things are. */
export interface RepositoryPlace {
  /** The folder of its lowdb file. */
  readonly dataDirectory: string;
  /** The bare repository. */
  readonly path: string;
}

/** Opens a repository's records; `initial` makes them when there are none yet. */
export async function openRepository(
  place: RepositoryPlace,
  initial: RepositoryRecord | null,
): Promise<Repository> {
  await mkdir(place.dataDirectory, { recursive: true });
  const document = await openDocument<RepositoryDocument>(join(place.dataDirectory, 'repository.json'), {
    formatVersion: 1,
    record: null,
    lastNumber: 0,
    tables: noRows(),
  });
  const { data } = document;
  if (data.record === null) {
    invariant(initial !== null, `no record of the repository in ${place.dataDirectory}`);
    data.record = initial;
    document.changed();
  }
  const record = (): RepositoryRecord => {
    invariant(data.record !== null, 'a repository has its record from the start');
    return data.record;
  };
  function table<C extends Collection>(name: C): Table<RowOf<C>> {
    return tableOf<RowOf<C>>(data.tables[name], document);
  }
  return {
    get record() {
      return record();
    },
    path: place.path,
    fullName: `${record().owner}/${record().name}`,
    issues: table('issues'),
    comments: table('comments'),
    reviews: table('reviews'),
    labels: table('labels'),
    statuses: table('statuses'),
    checkRuns: table('checkRuns'),
    workflows: table('workflows'),
    workflowRuns: table('workflowRuns'),
    artifacts: table('artifacts'),
    variables: table('variables'),
    hooks: table('hooks'),
    collaborators: table('collaborators'),
    nextNumber() {
      data.lastNumber += 1;
      document.changed();
      return data.lastNumber;
    },
    update(change) {
      data.record = { ...record(), ...change };
      document.changed();
    },
    durable: () => document.durable(),
  };
}
