import * as z from 'zod';
import { GraphqlAnswer, GraphqlRequest } from '../answers/others.ts';
import { type Answer, jsonBody, type Operation } from '../operation.ts';

const answered = (says: string): Answer => ({
  says,
  content: { 'application/json': GraphqlAnswer, 'application/graphql-response+json': GraphqlAnswer },
});
/** Errors of GraphQL are no problems: they have GraphQL's form under every status. */
const answers = {
  200: answered(
    'The answer. Business failures are in `data`; `errors[].extensions.code` says what to do about the rest.',
  ),
  400: answered('The document, its variables or a header cannot be read.'),
  401: { ...answered('Not authenticated.'), headers: ['WWW-Authenticate'] },
  403: answered('The credential lacks a scope.'),
  413: answered('The body is too large.'),
  415: answered('Not a media type that GraphQL takes.'),
  429: { ...answered('The quota is used up.'), headers: ['Retry-After'] },
  500: answered('A fault of the gateway.'),
  503: { ...answered('Try again after `Retry-After`.'), headers: ['Retry-After'] },
} satisfies { [status: number]: Answer };

const common = { path: '/graphql', tag: 'GraphQL', who: 'merchant' } as const;
const description = 'The schema is at [/schema.graphql](/schema.graphql). Introspection is on.';

export const graphqlOperations: Operation[] = [
  {
    ...common,
    method: 'POST',
    id: 'graphql',
    summary: 'Run a GraphQL operation',
    description,
    body: jsonBody(GraphqlRequest),
    keyed: 'wait',
    answers,
  },
  {
    ...common,
    method: 'GET',
    id: 'graphqlQuery',
    summary: 'Run a GraphQL query; no mutations',
    description,
    query: z.strictObject({
      query: z.string(),
      variables: z.optional(z.string()),
      operationName: z.optional(z.string()),
    }),
    answers: {
      ...answers,
      302: { says: 'Locally, for a browser: to GraphiQL.', headers: ['Location'] },
      405: { ...answered('A mutation, which takes POST.'), headers: ['Allow'] },
    },
  },
];
