import * as z from 'zod/mini';

/** JSON text of a column, parsed and then checked by `schema`. */
export const jsonText = <S extends z.ZodMiniType>(schema: S) =>
  z.pipe(
    z.pipe(
      z.string(),
      z.transform((text): unknown => JSON.parse(text)),
    ),
    schema,
  );

export type Cell = string | number | null;

/** How one kind of value is stored. Null is NULL in every kind. */
type Storage = {
  toSql: (value: unknown) => Cell;
  /** The value, not checked yet. */
  fromSql: (cell: unknown) => unknown;
  /** The value as an argument of SQLite's `json_object`. */
  toJson: (sql: string) => string;
};

const plain: Storage = {
  toSql: (value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value;
    throw new TypeError(`A column cannot hold a value of type ${typeof value}.`);
  },
  fromSql: (cell) => cell,
  toJson: (sql) => sql,
};

const flag: Storage = {
  toSql: (value) => (value === null ? null : Number(value)),
  fromSql: (cell) => (cell === 1 ? true : cell === 0 ? false : cell),
  toJson: (sql) => `json(CASE ${sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)`,
};

const json: Storage = {
  toSql: (value) => (value === null ? null : JSON.stringify(value)),
  fromSql: (cell) => (typeof cell === 'string' ? JSON.parse(cell) : cell),
  toJson: (sql) => `json(${sql})`,
};

function storageOf(type: z.core.$ZodType): Storage {
  if (type instanceof z.ZodMiniNullable || type instanceof z.ZodMiniOptional || type instanceof z.ZodMiniDefault)
    return storageOf(type.def.innerType);
  switch (type._zod.def.type) {
    case 'string':
    case 'number':
    case 'enum':
    case 'literal':
      return plain;
    case 'boolean':
      return flag;
    default:
      return json;
  }
}

const snakeCase = (property: string) => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

// D1 allows at most 32 arguments per SQL function, and a member takes two.
const MAX_MEMBERS = 15;

/**
 * The columns of an entity, derived from its schema. Property `createdAt` is column `created_at`, unless `renamed` says otherwise.
 * A boolean is stored as 0 or 1, an object or a list as JSON text, anything else unchanged.
 */
export function columnsOf<Shape extends z.core.$ZodShape>(
  schema: z.ZodMiniObject<Shape>,
  renamed: { readonly [property in keyof Shape]?: string } = {},
) {
  const columns = Object.entries<z.core.$ZodType>(schema.shape).map(([property, type]) => ({
    property,
    name: renamed[property] ?? snakeCase(property),
    ...storageOf(type),
  }));
  const names = columns.map(({ name }) => name);
  const members = (alias: string, some: typeof columns, prefix = '') =>
    some.map(({ property, name, toJson }) => `'${prefix}${property}', ${toJson(`${alias}.${name}`)}`).join(', ');

  return {
    names,
    /** All columns under their own names, for a `SELECT` in which `alias` is the table. */
    select: (alias: string): string => names.map((name) => `${alias}.${name}`).join(', '),
    /** The entity as one JSON value, which `schema` parses. */
    toJson(alias: string): string {
      let sql = `json_object(${members(alias, columns.slice(0, MAX_MEMBERS))})`;
      for (let at = MAX_MEMBERS; at < columns.length; at += MAX_MEMBERS)
        sql = `json_set(${sql}, ${members(alias, columns.slice(at, at + MAX_MEMBERS), '$.')})`;
      return sql;
    },
    /** The entity's cells by column name. An optional property that is undefined is left out. */
    toRow(entity: z.output<z.ZodMiniObject<Shape>>): Record<string, Cell> {
      const values: Readonly<Record<string, unknown>> = entity;
      const row: Record<string, Cell> = {};
      for (const { property, name, toSql } of columns) {
        const value = values[property];
        if (value !== undefined) row[name] = toSql(value);
      }
      return row;
    },
    /** Parses a row and ignores columns that are not the entity's. @throws when a cell does not fit the schema */
    parse(row: Readonly<Record<string, unknown>>): z.output<z.ZodMiniObject<Shape>> {
      const value: Record<string, unknown> = {};
      for (const { property, name, fromSql } of columns) value[property] = fromSql(row[name]);
      return schema.parse(value);
    },
  };
}

/** Inserts the rows of one bound JSON array, as D1 binds at most 100 parameters. Append a `WHERE` or `ON CONFLICT` clause. */
export const insertFromJson = (table: string, names: readonly string[], parameter = '?1'): string =>
  `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name) => `value->>'${name}'`).join(', ')} FROM json_each(${parameter})`;

/** Inserts one row whose cells are bound as `?1`, `?2` … in the order of `names`. Append a `WHERE` or `ON CONFLICT` clause. */
export const insertBound = (table: string, names: readonly string[]): string =>
  `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((_, index) => `?${index + 1}`).join(', ')}`;

/** The `SET` list of an upsert: every column except the key's takes the new value. */
export const setExcluded = (names: readonly string[], key: readonly string[]): string =>
  names
    .filter((name) => !key.includes(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', ');
