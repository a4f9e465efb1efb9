import type * as z from 'zod';
import { answerHeaders, headersTaken, requestHeaders, securityOf, securitySchemes } from './headers.ts';
import { components, type JsonObject, type Side, schemaOf } from './json-schema.ts';
import type { Answer, Operation } from './operation.ts';
import { operations } from './operations/index.ts';
import { problemAnswers } from './problems.ts';

const refTo = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });

const headerRefs = (names: readonly string[]): JsonObject => ({
  headers: Object.fromEntries(['X-Request-Id', ...names].map((name) => [name, refTo('headers', name)])),
});

type Content = { [mediaType: string]: z.core.$ZodType | null };
const contentOf = (content: Content, side: Side): JsonObject =>
  Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      { schema: schema ? schemaOf(schema, side) : type.endsWith('json') ? {} : { type: 'string' } },
    ]),
  );

const answerOf = ({ says, content, headers = [] }: Answer, quota: string[]): JsonObject => ({
  description: says,
  ...headerRefs([...quota, ...headers]),
  ...(content ? { content: contentOf(content, 'answer') } : {}),
});

function responsesOf(operation: Operation): JsonObject {
  const quota = operation.who === 'merchant' ? ['RateLimit', 'RateLimit-Policy'] : [];
  const own = Object.entries(operation.answers).map(([status, answer]) => [status, answerOf(answer, quota)] as const);
  const refused = [...problemAnswers(operation)].map(([status, { description, schema, headers }]) => {
    const content: JsonObject = { 'application/problem+json': { schema } };
    // A page's 404 is a page, and a fault of the gateway is one too where a browser asks.
    const page = operation.answers[status]?.content;
    const both = page ? { ...content, ...contentOf(page, 'answer') } : content;
    return [String(status), { description, ...headerRefs(headers), content: both }] as const;
  });
  return Object.fromEntries([...own, ...refused]);
}

const inPath = (path: string) => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

function parametersOf(operation: Operation): JsonObject[] {
  const query: JsonObject = operation.query ? schemaOf(operation.query, 'request') : {};
  const { properties = {}, required = [] } = query;
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  const named = typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
  return [
    ...inPath(operation.path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...named.map(([name, schema]) => ({ name, in: 'query', required: isRequired(name), schema })),
    ...headersTaken(operation).map((name) => refTo('parameters', name)),
  ];
}

function operationOf(operation: Operation): JsonObject {
  const { id, tag, summary, description, body } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: securityOf(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: body.optional !== true, content: contentOf(body.content, 'request') } } : {}),
    responses: responsesOf(operation),
  };
}

/** A path as OpenAPI writes it: `/{paylinkId}/send`. */
export const openApiPath = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

const description = `Create a Paylink, have it emailed or texted, and know what became of it.

Every route takes an API key or a signature. Bodies are JSON; an unknown field is an error. Amounts are integers in minor units, times ISO 8601 in UTC. An error is a
problem (RFC 9457) whose \`type\` leads to [what to do](/docs/errors). The [guide](/docs/api) has the rules and examples.`;

/** The OpenAPI 3.1 document of this gateway. @param closed what is not described is an error; for tests */
export function openApiDocument({ closed = false } = {}): JsonObject {
  const paths: { [path: string]: JsonObject } = {};
  for (const operation of operations) {
    const path = openApiPath(operation.path);
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationOf(operation) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Paylink Gateway', version: '0.1.0', description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'This gateway' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...components('answer', closed), ...components('request', closed) },
      headers: answerHeaders,
      parameters: requestHeaders,
      securitySchemes,
    },
  };
}
