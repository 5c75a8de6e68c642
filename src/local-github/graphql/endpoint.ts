import { execute, GraphQLError, parse, type DocumentNode, validate } from 'graphql';

import { ok } from '../http/answer.ts';
import { ApiFailure } from '../http/api-failure.ts';
import { addEndpoint, type Application } from '../http/endpoint.ts';
import { isFields, optionalText, requiredText } from '../http/fields.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import type { ServerContext } from '../server-context.ts';
import { createRoot } from './root.ts';
import { schema } from './schema.ts';

/** `POST /graphql`, for accounts only. What goes wrong is told in `errors`, with status 200. */
export function addGraphqlEndpoint(app: Application, server: ServerContext, limits: RateLimit): void {
  addEndpoint(app, server, 'post', '/graphql', async ({ actor, fields }) => {
    if (actor === null) throw new ApiFailure(401, 'This endpoint requires you to be authenticated.');
    const document = parseDocument(requiredText(fields, 'query', 'GraphQL'));
    if (document instanceof GraphQLError) return ok({ errors: [renderError(document)] });
    const problems = validate(schema, document);
    if (problems.length > 0) return ok({ errors: problems.map(renderError) });
    const variables = fields['variables'];
    const result = await execute({
      schema,
      document,
      rootValue: createRoot(server, limits, actor),
      variableValues: isFields(variables) ? variables : {},
      operationName: optionalText(fields, 'operationName'),
    });
    return ok({
      data: result.data ?? null,
      ...(result.errors === undefined ? {} : { errors: result.errors.map(renderError) }),
    });
  });
}

function parseDocument(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** GitHub tells the kind of an error by a `type` beside the message. */
function renderError(error: GraphQLError): Record<string, unknown> {
  const { type, ...extensions } = error.extensions;
  const cause = error.originalError;
  if (cause instanceof Error && !(cause instanceof GraphQLError)) {
    process.stderr.write(`${cause.stack ?? cause.message}\n`);
  }
  return {
    ...(type === undefined ? {} : { type }),
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    message: error.message,
  };
}
