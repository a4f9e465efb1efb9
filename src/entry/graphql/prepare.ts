import { type DocumentNode, GraphQLError, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { parseRequestParams, type RequestParams } from 'graphql-http';
import { DocumentCache } from './document-cache.ts';
import { costOf, depthOf, limits, rootFieldsOf } from './limits.ts';
import { schema } from './schema.ts';

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

const refuse = (...errors: readonly GraphQLError[]): Plan => ({ kind: 'refuse', errors });

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

function plan({ query, operationName, variables }: RequestParams): { plan: Plan; cost: number } {
  const document = readDocument(query);
  if (!('kind' in document)) return { plan: refuse(...document), cost: 1 };
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const what = operationName
      ? `The document has no operation named "${operationName}".`
      : 'The document has several operations: name one in operationName.';
    return { plan: refuse(new GraphQLError(what)), cost: 1 };
  }
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, {
    maxErrors: 10,
  });
  if (errors) return { plan: refuse(...errors), cost: 1 };
  const rootFields = rootFieldsOf(document, operation, coerced);
  if (rootFields > limits.rootFields) {
    const what = `The operation has ${rootFields} root fields; ${limits.rootFields} are allowed in one request.`;
    return { plan: refuse(new GraphQLError(what)), cost: 1 };
  }
  return { plan: { kind: 'execute', document, rootFields }, cost: costOf(document, operationName, coerced) };
}

async function readParams(request: GraphqlRequest): Promise<() => Params> {
  try {
    if (request.body?.trimStart().startsWith('['))
      throw new Error('Batches are not supported: send one operation a request.');
    const params = await parseRequestParams({ ...request, raw: null, context: null });
    return () => params;
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
    return { request, cost: 1, params, plan: refuse() };
  }
  if (!('query' in given)) return { request, cost: 1, params, plan: refuse() };
  return { request, params, ...plan(given) };
}
