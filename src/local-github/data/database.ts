import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '../../base/digest.ts';
import { type Document, openDocument } from './document.ts';
import type { RepositoryRecord, TokenKind, TokenRecord, UserRecord, UserType } from './records.ts';
import { openRepository, type Repository, type RepositoryPlace } from './repository.ts';
import { tableOf } from './table.ts';

/** The accounts and repositories of one data directory. */
export interface Database {
  /** A new global id, never given twice, not even after a crash. */
  nextId(): number;
  userByLogin(login: string): UserRecord | undefined;
  userById(id: number): UserRecord | undefined;
  usersWhere(wanted: (user: UserRecord) => boolean): readonly UserRecord[];
  /** The account of that login, made when there is none. */
  ensureUser(login: string, type: UserType, createdAt: string): UserRecord;
  /** Gives an account another login, as its owner may: id and rights stay. The old login is free from then on. */
  renameUser(user: UserRecord, login: string): UserRecord;
  /** Sets who is in a team of an organisation, by user id. */
  putTeam(organisation: string, team: string, memberIds: readonly number[]): void;
  team(organisation: string, team: string): readonly number[] | undefined;
  /** Makes a token and returns its text, which is kept nowhere. */
  createToken(user: UserRecord, kind: TokenKind, createdAt: string): string;
  token(text: string): TokenRecord | undefined;
  /** Owner and name are matched without regard to case, as on GitHub. */
  repository(owner: string, name: string): Repository | undefined;
  repositories(): readonly Repository[];
  addRepository(record: RepositoryRecord): Promise<Repository>;
  /** Where a repository of that name has, or would have, its things. */
  placeOf(owner: string, name: string): RepositoryPlace;
  /** Resolves when every change made so far is on the disk. */
  durable(): Promise<void>;
}

interface Accounts {
  readonly formatVersion: 1;
  idCeiling: number;
  readonly users: Record<string, UserRecord>;
  readonly tokens: Record<string, TokenRecord>;
  readonly repositories: { readonly owner: string; readonly name: string }[];
  /** `organisation/team` → user ids; missing in what older versions wrote. */
  teams?: Record<string, readonly number[]>;
}

/** Ids are reserved in blocks, so that giving one out does not dirty the accounts each time. */
const idBlock = 1000;

const tokenPrefix: Readonly<Record<TokenKind, string>> = { user: 'ghp', app: 'ghs', default: 'ghs' };

/** Opens, or begins, the database in `directory`. */
export async function openDatabase(directory: string): Promise<Database> {
  const dataDirectory = join(directory, 'data');
  await mkdir(dataDirectory, { recursive: true });
  const document = await openDocument<Accounts>(join(dataDirectory, 'accounts.json'), {
    formatVersion: 1,
    idCeiling: idBlock,
    users: {},
    tokens: {},
    repositories: [],
    teams: {},
  });
  const { data } = document;
  const users = tableOf(data.users, document);
  const tokens = tableOf(data.tokens, document);
  const teams = tableOf((data.teams ??= {}), document);
  const repositories = new Map<string, Repository>();
  const nextId = createIds(document);

  const placeOf = (owner: string, name: string): RepositoryPlace => ({
    dataDirectory: join(dataDirectory, owner.toLowerCase(), name.toLowerCase()),
    path: join(directory, 'repositories', owner, `${name}.git`),
  });
  for (const { owner, name } of data.repositories) {
    repositories.set(keyOf(owner, name), await openRepository(placeOf(owner, name), null));
  }

  return {
    nextId,
    userByLogin: (login) => users.get(login.toLowerCase()),
    userById: (id) => users.values().find((user) => user.id === id),
    usersWhere: (wanted) => users.values().filter(wanted),
    ensureUser(login, type, createdAt) {
      const known = users.get(login.toLowerCase());
      return known ?? users.put(login.toLowerCase(), { id: nextId(), login, type, createdAt });
    },
    renameUser(user, login) {
      users.remove(user.login.toLowerCase());
      return users.put(login.toLowerCase(), { ...user, login });
    },
    putTeam: (organisation, team, memberIds) => void teams.put(keyOf(organisation, team), memberIds),
    team: (organisation, team) => teams.get(keyOf(organisation, team)),
    createToken(user, kind, createdAt) {
      const text = `${tokenPrefix[kind]}_${randomBytes(18).toString('hex')}`;
      tokens.put(sha256(text), { userId: user.id, kind, createdAt });
      return text;
    },
    token: (text) => tokens.get(sha256(text)),
    repository: (owner, name) => repositories.get(keyOf(owner, name)),
    repositories: () => [...repositories.values()],
    async addRepository(record) {
      const repository = await openRepository(placeOf(record.owner, record.name), record);
      await repository.durable();
      repositories.set(keyOf(record.owner, record.name), repository);
      data.repositories.push({ owner: record.owner, name: record.name });
      document.changed();
      return repository;
    },
    placeOf,
    async durable() {
      await Promise.all([document.durable(), ...[...repositories.values()].map((each) => each.durable())]);
    },
  };
}

function createIds({ data, changed }: Document<Accounts>): () => number {
  let lastId = data.idCeiling;
  return () => {
    lastId += 1;
    if (lastId > data.idCeiling) {
      data.idCeiling = lastId + idBlock;
      changed();
    }
    return lastId;
  };
}

function keyOf(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}
