import type { WorkflowRunRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { repositoryHtmlUrl } from '../render/repository.ts';
import { nodeId } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import type { GraphNode } from './git-nodes.ts';

/** A run of a workflow. Its check suite says how it stands. */
export function workflowRunNode(
  server: ServerContext,
  repository: Repository,
  run: WorkflowRunRecord,
): GraphNode {
  const path = `/actions/runs/${run.id}`;
  return {
    __typename: 'WorkflowRun',
    id: nodeId('WorkflowRun', run.id),
    databaseId: run.id,
    event: run.event,
    runNumber: run.runNumber,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    resourcePath: `/${repository.fullName}${path}`,
    url: `${repositoryHtmlUrl(server, repository)}${path}`,
    checkSuite: {
      id: nodeId('CheckSuite', run.id),
      status: run.status.toUpperCase(),
      conclusion: run.conclusion?.toUpperCase() ?? null,
    },
  };
}
