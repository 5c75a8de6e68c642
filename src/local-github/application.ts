import { Hono } from 'hono';

import { addAdminEndpoints } from './admin.ts';
import { addImportEndpoint } from './import-issues.ts';
import { addGitEndpoint } from './git-endpoint.ts';
import { addGraphqlEndpoint } from './graphql/endpoint.ts';
import { ApiFailure } from './http/api-failure.ts';
import { type Application, type Environment, repositoryEndpoints } from './http/endpoint.ts';
import { acknowledgeDurably, answerConditionally, authenticate, describeAnswer } from './http/pipeline.ts';
import { createRateLimit, limitRate } from './http/rate-limit.ts';
import { addActionsSettingsEndpoints } from './rest/actions-settings.ts';
import { addCheckEndpoints } from './rest/checks.ts';
import { addCommentEndpoints } from './rest/comments.ts';
import { addCommitEndpoints } from './rest/commits.ts';
import { addContentEndpoints } from './rest/contents.ts';
import { addGitObjectEndpoints } from './rest/git-objects.ts';
import { addHookEndpoints } from './rest/hooks.ts';
import { addIssueRelationEndpoints } from './rest/issue-relations.ts';
import { addIssueEndpoints } from './rest/issues.ts';
import { addLabelEndpoints } from './rest/labels.ts';
import { addMergeEndpoints } from './rest/merging.ts';
import { addPullEndpoints } from './rest/pulls.ts';
import { addRefEndpoints } from './rest/refs.ts';
import { addRepositoryEndpoints } from './rest/repositories.ts';
import { addReviewEndpoints } from './rest/reviews.ts';
import { addRulesetEndpoints } from './rest/rulesets.ts';
import { addStatusEndpoints } from './rest/statuses.ts';
import { addTeamEndpoints } from './rest/teams.ts';
import { addUserEndpoints } from './rest/users.ts';
import { addVariableEndpoints } from './rest/variables.ts';
import { addWorkflowRunEndpoints } from './rest/workflow-runs.ts';
import { addWorkflowEndpoints } from './rest/workflows.ts';
import type { ServerContext } from './server-context.ts';

/** The whole server as one function from request to response. Everything that it does is wired here. */
export function createApplication(server: ServerContext, adminToken: string): Application {
  const app = new Hono<Environment>();
  app.use(describeAnswer());
  app.use(acknowledgeDurably(server));
  addGitEndpoint(app, server);
  addAdminEndpoints(app, server, adminToken);
  addImportEndpoint(app, server);

  const limits = createRateLimit(server);
  app.use(authenticate(server));
  app.use(limitRate(limits));
  app.use(answerConditionally());
  addUserEndpoints(app, server, limits);
  addTeamEndpoints(app, server);
  addGraphqlEndpoint(app, server, limits);
  const api = repositoryEndpoints(app, server);
  addRepositoryEndpoints(api, server);
  addIssueEndpoints(api, server);
  addIssueRelationEndpoints(api, server);
  addCommentEndpoints(api, server);
  addLabelEndpoints(api, server);
  addPullEndpoints(api, server);
  addMergeEndpoints(api, server);
  addReviewEndpoints(api, server);
  addRefEndpoints(api, server);
  addGitObjectEndpoints(api, server);
  addContentEndpoints(api, server);
  addStatusEndpoints(api, server);
  addCheckEndpoints(api, server);
  addCommitEndpoints(api, server);
  addWorkflowEndpoints(api, server);
  addWorkflowRunEndpoints(api, server);
  addVariableEndpoints(api, server);
  addActionsSettingsEndpoints(api);
  addRulesetEndpoints(api, server);
  addHookEndpoints(api, server);

  app.notFound((context) => context.json(new ApiFailure(404, 'Not Found').toBody(), 404));
  app.onError((error) => {
    if (error instanceof ApiFailure) {
      const headers = { 'content-type': 'application/json; charset=utf-8', ...error.headers };
      return new Response(JSON.stringify(error.toBody()), { status: error.status, headers });
    }
    process.stderr.write(`${error.stack ?? error.message}\n`);
    return Response.json(new ApiFailure(500, 'Server Error').toBody(), { status: 500 });
  });
  return app;
}
