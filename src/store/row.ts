import * as z from 'zod/mini';
import type { Json, JsonObject } from '../model.ts';

/** JSON text of a column, parsed and then checked by `schema`. */
export const jsonText = <S extends z.ZodMiniType>(schema: S) =>
  z.pipe(
    z.pipe(
      z.string(),
      z.transform((text): unknown => JSON.parse(text)),
    ),
    schema,
  );

export const JsonValue: z.ZodMiniType<Json> = z.json();
export const JsonRecord: z.ZodMiniType<JsonObject> = z.record(z.string(), JsonValue);

/** SQLite's 0 or 1. */
export const Flag = z.pipe(
  z.union([z.literal(0), z.literal(1)]),
  z.transform((bit) => bit === 1),
);

/** `SELECT` list that takes these columns out of the objects of a JSON array bound as one parameter (D1 binds at most 100). */
export const fromJson = (columns: readonly string[]): string =>
  columns.map((column) => `value->>'${column}'`).join(', ');
