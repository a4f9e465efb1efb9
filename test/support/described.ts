import { type Schema, Validator } from '@cfworker/json-schema';
import * as z from 'zod';
import { openApiDocument, openApiPath } from '../../src/api/document.ts';

const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const Operation = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.unknown())),
  responses: z.record(
    z.string(),
    z.object({ content: z.optional(Content), headers: z.optional(z.record(z.string(), z.unknown())) }),
  ),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.record(z.string(), z.unknown()),
});

/** The document as it is published, but that what it does not describe is an error. */
export const closed = Document.parse(openApiDocument({ closed: true }));

/** `GET /{paylinkId}` of every operation. */
export const described = Object.entries(closed.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

const operationOf = (method: string, path: string) => closed.paths[openApiPath(path)]?.[method.toLowerCase()];

/** The operation's id. @param path as the routes name it */
export const idOf = (method: string, path: string): string => operationOf(method, path)?.operationId ?? '';

/** Headers that are on every answer where their document says so. */
const promised = ['x-request-id', 'location', 'retry-after', 'www-authenticate', 'allow'];

function schemaFaults(schema: Schema, body: unknown): string[] {
  const root = { components: closed.components, allOf: [schema] };
  const { valid, errors } = new Validator(root, '2020-12', false).validate(body);
  return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

/** What an answer has that the document does not say, or lacks that it says. @param path as the routes name it */
export async function faultsOf(method: string, path: string, answer: Response): Promise<string[]> {
  const operation = operationOf(method, path);
  if (!operation) return [`${method} ${path} is not described`];
  const response = operation.responses[answer.status];
  const where = `${method} ${path} ${answer.status}`;
  if (!response) return [`${where} is not described: ${await answer.text()}`];
  const missing = Object.keys(response.headers ?? {}).filter(
    (name) => promised.includes(name.toLowerCase()) && !answer.headers.has(name) && !(answer.status === 409),
  );
  const faults = missing.map((name) => `${where} lacks ${name}`);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? null;
  const text = await answer.text();
  if (type === null || text === '') return response.content ? [...faults, `${where} has no body`] : faults;
  const schema = response.content?.[type]?.schema;
  if (!schema) return [...faults, `${where} ${type} is not described`];
  const body: unknown = type.endsWith('json') ? JSON.parse(text) : text;
  return [...faults, ...schemaFaults(schema, body).map((fault) => `${where} ${fault}`)];
}
