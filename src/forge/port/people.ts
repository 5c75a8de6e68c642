/** Whoever acts on the forge. The numeric id decides, the login may change. */
export interface Account {
  readonly login: string;
  readonly id: number;
  readonly kind: 'user' | 'app';
}

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface People {
  /** Whose token we hold. */
  viewer(): Promise<Account>;
  find(login: string): Promise<Account | undefined>;
  /** Several accounts, users in one query; by the login that was asked for. Unknown ones are left out. */
  findAll(logins: readonly string[]): Promise<ReadonlyMap<string, Account>>;
  /** The members of a team, or undefined where there is none, or this token may not read it. */
  teamMembers(organisation: string, team: string): Promise<readonly Account[] | undefined>;
  /** The live permission on this repository. */
  permission(login: string): Promise<Permission>;
}
