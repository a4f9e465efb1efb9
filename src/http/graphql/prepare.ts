import { type DocumentNode, GraphQLError, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { parseRequestParams, type RequestParams } from 'graphql-http';
import { DocumentCache } from './document-cache.ts';
import { costOf, depthOf, limits, rootFieldsOf } from './limits.ts';
import { schema } from './schema.ts';
import { sizeOf } from './size.ts';

/** A request to the endpoint: its body read within the limit and decoded, null where it has none. */
export type GraphqlRequest = { method: string; url: string; headers: Headers; body: string | null };

type Params = Awaited<ReturnType<typeof parseRequestParams>>;

/** What to do with a well-formed request. `rootFields` is how many fields the operation runs. */
export type Plan =
  | { kind: 'execute'; document: DocumentNode; rootFields: number }
  | { kind: 'refuse'; errors: readonly GraphQLError[] };

/** A request as far as it goes without knowing who asks. */
export type PreparedGraphql = {
  request: GraphqlRequest;
  /** Quota units this request is to be admitted for, ≥ 1. */
  cost: number;
  /** As graphql-http asks for them: the parameters, or its own answer, or thrown what is wrong with the request's form. */
  params: () => Params;
  plan: Plan;
};

/** Shared by the isolate's requests; some 5 MB of syntax trees when full. */
const documents = new DocumentCache({ entries: 500, characters: 100_000 });

/** Parses and validates a document, unless that was done lately. */
export function readDocument(source: string, cache = documents): DocumentNode | readonly GraphQLError[] {
  const known = cache.get(source);
  if (known) return known;
  let document: DocumentNode;
  try {
    document = parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schema, document, undefined, { maxErrors: 10 });
  if (errors.length > 0) return errors;
  const depth = depthOf(document);
  if (depth > limits.depth)
    return [new GraphQLError(`The document is ${depth} fields deep; ${limits.depth} are allowed.`)];
  cache.set(source, document);
  return document;
}

type Planned = Pick<PreparedGraphql, 'plan' | 'cost'>;

const refuse = (...errors: readonly GraphQLError[]): Planned => ({
  plan: { kind: 'refuse', errors },
  cost: 1,
});

function planOf({ query, operationName, variables }: RequestParams, method: string): Planned {
  const document = readDocument(query);
  if (!('kind' in document)) return refuse(...document);
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const what = operationName
      ? `The document has no operation named "${operationName}".`
      : 'The document has several operations: name one in operationName.';
    return refuse(new GraphQLError(what));
  }
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, {
    maxErrors: 10,
  });
  if (errors) return refuse(...errors);
  const fields = rootFieldsOf(document, operation, coerced);
  if (fields.size > limits.rootFields) {
    const what = `The operation has ${fields.size} root fields; ${limits.rootFields} are allowed in one request.`;
    return refuse(new GraphQLError(what));
  }
  if (sizeOf(schema, document, operation, coerced) > limits.size) {
    const what = `The operation asks for more than ${limits.size} fields, counted after fragments and aliases and with lists weighted. Ask for less in one request.`;
    return refuse(new GraphQLError(what));
  }
  const plan: Plan = { kind: 'execute', document, rootFields: fields.size };
  // A mutation by GET is a 405, so it costs what any refused request does.
  if (operation.operation === 'mutation' && method !== 'POST') return { plan, cost: 1 };
  return { plan, cost: costOf(document, operationName, coerced) };
}

async function readParams(request: GraphqlRequest): Promise<() => Params> {
  try {
    if (request.body?.trimStart().startsWith('['))
      throw new Error('Batches are not supported: send one operation a request.');
    const params = await parseRequestParams({ ...request, raw: null, context: null });
    // Some clients send an empty name where they mean none; a document cannot have it.
    const named = params && 'query' in params ? { ...params, operationName: params.operationName || null } : params;
    return () => named;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * Reads, parses and validates a request, and says what it costs: the part that comes before admission. Never throws; whatever is wrong
 * is answered by `runGraphql` and costs one unit.
 */
export async function prepareGraphql(request: GraphqlRequest): Promise<PreparedGraphql> {
  const params = await readParams(request);
  let given: Params;
  try {
    given = params();
  } catch {
    return { request, params, ...refuse() };
  }
  if (!('query' in given)) return { request, params, ...refuse() };
  return { request, params, ...planOf(given, request.method) };
}
