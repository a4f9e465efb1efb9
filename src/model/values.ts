import * as z from 'zod/mini';

/**
 * What the schemas of this folder are made of. The folder has the domain's words as plain data: what is stored, what crosses the Durable Object
 * boundary, what is rendered. Each schema and its type share a name. A property is written here once; `store/columns.ts` derives its column from it.
 * Times are milliseconds since the epoch, money is integer minor units of `currencyCode`.
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export const JsonObject: z.ZodMiniType<JsonObject> = z.record(z.string(), z.json());

export const text = z.nullable(z.string());
export const maybeInt = z.nullable(z.int());
