import type { Permission } from '../data/records.ts';
import { reaches } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { nodeId, renderUser } from './user.ts';

/** The API URL of a repository. */
export function repositoryUrl(server: ServerContext, repository: Repository): string {
  return `${server.url()}/repos/${repository.fullName}`;
}

/** The URL of a repository for people. */
export function repositoryHtmlUrl(server: ServerContext, repository: Repository): string {
  return `${server.url()}/${repository.fullName}`;
}

const links: readonly (readonly [string, string])[] = [
  ['archive_url', '/{archive_format}{/ref}'],
  ['assignees_url', '/assignees{/user}'],
  ['blobs_url', '/git/blobs{/sha}'],
  ['branches_url', '/branches{/branch}'],
  ['collaborators_url', '/collaborators{/collaborator}'],
  ['comments_url', '/comments{/number}'],
  ['commits_url', '/commits{/sha}'],
  ['compare_url', '/compare/{base}...{head}'],
  ['contents_url', '/contents/{+path}'],
  ['contributors_url', '/contributors'],
  ['deployments_url', '/deployments'],
  ['downloads_url', '/downloads'],
  ['events_url', '/events'],
  ['forks_url', '/forks'],
  ['git_commits_url', '/git/commits{/sha}'],
  ['git_refs_url', '/git/refs{/sha}'],
  ['git_tags_url', '/git/tags{/sha}'],
  ['hooks_url', '/hooks'],
  ['issue_comment_url', '/issues/comments{/number}'],
  ['issue_events_url', '/issues/events{/number}'],
  ['issues_url', '/issues{/number}'],
  ['keys_url', '/keys{/key_id}'],
  ['labels_url', '/labels{/name}'],
  ['languages_url', '/languages'],
  ['merges_url', '/merges'],
  ['milestones_url', '/milestones{/number}'],
  ['notifications_url', '/notifications{?since,all,participating}'],
  ['pulls_url', '/pulls{/number}'],
  ['releases_url', '/releases{/id}'],
  ['stargazers_url', '/stargazers'],
  ['statuses_url', '/statuses/{sha}'],
  ['subscribers_url', '/subscribers'],
  ['subscription_url', '/subscription'],
  ['tags_url', '/tags'],
  ['teams_url', '/teams'],
  ['trees_url', '/git/trees{/sha}'],
];

/** A repository as GitHub embeds it in most answers (`repository`, which also satisfies `minimal-repository`). */
export function renderRepository(server: ServerContext, repository: Repository): Record<string, unknown> {
  const { record } = repository;
  const url = repositoryUrl(server, repository);
  const html = repositoryHtmlUrl(server, repository);
  const clone = `${server.url()}/git/${repository.fullName}.git`;
  const owner = server.database.ensureUser(record.owner, 'User', record.createdAt);
  const open = repository.issues.values().filter((issue) => issue.state === 'open').length;
  return {
    id: record.id,
    node_id: nodeId('Repository', record.id),
    name: record.name,
    full_name: repository.fullName,
    owner: renderUser(server, owner),
    private: record.private,
    visibility: record.private ? 'private' : 'public',
    html_url: html,
    description: record.description,
    fork: false,
    url,
    ...Object.fromEntries(links.map(([name, tail]) => [name, `${url}${tail}`])),
    git_url: clone.replace(/^http/, 'git'),
    ssh_url: clone,
    clone_url: clone,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 0,
    default_branch: record.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    is_template: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: false,
    web_commit_signoff_required: false,
    pushed_at: record.pushedAt,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

/** A repository's own answer (`full-repository`), with what the caller may do. */
export function renderFullRepository(
  server: ServerContext,
  repository: Repository,
  permission: Permission,
): Record<string, unknown> {
  return {
    ...renderRepository(server, repository),
    permissions: renderPermissions(permission),
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    allow_update_branch: false,
    delete_branch_on_merge: false,
    subscribers_count: 0,
    network_count: 0,
  };
}

/** The permission as the flags that GitHub gives. */
export function renderPermissions(permission: Permission): Record<string, boolean> {
  return {
    admin: permission === 'admin',
    maintain: reaches(permission, 'maintain'),
    push: reaches(permission, 'write'),
    triage: reaches(permission, 'triage'),
    pull: reaches(permission, 'read'),
  };
}
