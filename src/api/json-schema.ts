import * as z from 'zod';
import { answerComponents, requestComponents } from './components.ts';
import { descriptions } from './descriptions.ts';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Whether a schema describes what a caller sends, or what it is answered. */
export type Side = 'request' | 'answer';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const uri = (id: string) => `#/components/schemas/${id}`;
const Parsed: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** `anyOf: [X, null]` as X that may be null, which people read more easily. */
function withNull(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [value, nothing] = anyOf;
  if (!isObject(value) || !isObject(nothing) || nothing.type !== 'null' || typeof value.type !== 'string')
    return schema;
  const values = Array.isArray(value.enum) ? { enum: [...value.enum, null] } : {};
  return { ...value, ...rest, type: [value.type, 'null'], ...values };
}

/** Beyond these an integer is no exact number of JavaScript; the document need not say so. */
const isBound = (value: Json | undefined) => typeof value === 'number' && Math.abs(value) >= Number.MAX_SAFE_INTEGER;

function tidyObject(schema: JsonObject, open: boolean): Json {
  // JSON within JSON, which zod describes by itself.
  if (typeof schema.$ref === 'string' && schema.$ref.includes('__shared')) return {};
  const tidied = Object.entries(schema).flatMap(([name, value]): [string, Json][] => {
    if (name === '$schema' || name === '$id' || name === 'propertyNames') return [];
    if (name === 'pattern' && 'format' in schema) return [];
    if ((name === 'minimum' || name === 'maximum') && isBound(value)) return [];
    if (open && name === 'additionalProperties' && value === false) return [];
    if (name === 'properties' && isObject(value)) return [[name, describe(value, open)]];
    return [[name, tidy(value, open)]];
  });
  return withNull(Object.fromEntries(tidied));
}

const describe = (properties: JsonObject, open: boolean): JsonObject =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const schema = tidy(value, open);
      const description = descriptions[name];
      if (!isObject(schema) || description === undefined || '$ref' in schema) return [name, schema];
      return [name, { description, ...schema }];
    }),
  );

/** JSON Schema as the document has it. @param open objects may have members that are not described */
function tidy(value: Json, open: boolean): Json {
  if (Array.isArray(value)) return value.map((one) => tidy(one, open));
  return isObject(value) ? tidyObject(value, open) : value;
}

const io = { request: 'input', answer: 'output' } as const;
const registryOf = { request: requestComponents, answer: answerComponents };

/**
 * The named schemas of one side. Answers are open, because later releases add fields; `closed` leaves them as they are now, so that a test
 * sees what is not described.
 */
export function components(side: Side, closed: boolean): JsonObject {
  const { schemas } = z.toJSONSchema(registryOf[side], { io: io[side], unrepresentable: 'any', uri });
  const all = Object.entries(Parsed.parse(JSON.parse(JSON.stringify(schemas))));
  const own = all.filter(([id]) => !id.startsWith('__'));
  return Object.fromEntries(own.map(([id, schema]) => [id, tidy(schema, side === 'answer' && !closed)]));
}

/** A schema as a reference to its component, or in place if it has none. */
export function schemaOf(schema: z.core.$ZodType, side: Side): JsonObject {
  const id = registryOf[side].get(schema)?.id ?? requestComponents.get(schema)?.id;
  if (id !== undefined) return { $ref: uri(id) };
  const found = z.toJSONSchema(schema, { io: io[side], unrepresentable: 'any' });
  const tidied = tidy(Parsed.parse(JSON.parse(JSON.stringify(found))), false);
  return isObject(tidied) ? tidied : {};
}
