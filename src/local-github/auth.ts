import type { Database } from './data/database.ts';
import { type Permission, permissions, type TokenKind, type UserRecord } from './data/records.ts';
import type { Repository } from './data/repository.ts';

/** Who makes a request, and with what kind of token. */
export interface Actor {
  readonly user: UserRecord;
  readonly tokenKind: TokenKind;
}

/** What an `Authorization` header says: nobody, an account, or a token that nobody holds. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'actor'; readonly actor: Actor; readonly token: string }
  | { readonly kind: 'unknown-token' };

/** Who an `Authorization` header stands for: `token T`, `Bearer T`, or `Basic` with the token as password or as user name. */
export function identify(database: Database, header: string | undefined): Identity {
  if (header === undefined || header === '') return { kind: 'anonymous' };
  for (const token of tokensIn(header)) {
    const record = database.token(token);
    const user = record === undefined ? undefined : database.userById(record.userId);
    if (record !== undefined && user !== undefined) {
      return { kind: 'actor', actor: { user, tokenKind: record.kind }, token };
    }
  }
  return { kind: 'unknown-token' };
}

/** The token of a header that holds exactly one. */
export function bearerOf(header: string | undefined): string | null {
  return header === undefined ? null : (tokensIn(header)[0] ?? null);
}

function tokensIn(header: string): readonly string[] {
  const [scheme = '', value = ''] = header.split(/\s+/, 2);
  if (scheme.toLowerCase() !== 'basic') return [value];
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return [text.slice(colon + 1), text.slice(0, Math.max(colon, 0))];
}

/** What a person or App may do in a repository. The owner is admin; whoever was not added may read what is public. */
export function permissionOf(repository: Repository, user: UserRecord | null): Permission {
  const others: Permission = repository.record.private ? 'none' : 'read';
  if (user === null) return others;
  if (user.login.toLowerCase() === repository.record.owner.toLowerCase()) return 'admin';
  return repository.collaborators.get(user.id) ?? others;
}

/** What a request may do: the default token of a workflow run may write, whatever its account was given. */
export function actorPermission(repository: Repository, actor: Actor | null): Permission {
  const granted = permissionOf(repository, actor?.user ?? null);
  return actor?.tokenKind === 'default' && !reaches(granted, 'write') ? 'write' : granted;
}

/** Whether a permission includes another. */
export function reaches(granted: Permission, wanted: Permission): boolean {
  return permissions.indexOf(granted) >= permissions.indexOf(wanted);
}
