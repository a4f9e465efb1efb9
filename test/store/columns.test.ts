import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { JsonObject } from '../../src/model/values.ts';
import { columnsOf, insertFromJson, jsonText, setExcluded } from '../../src/store/columns.ts';

const Thing = z.object({
  id: z.string(),
  phoneE164: z.nullable(z.string()),
  isOn: z.boolean(),
  tags: z.array(z.string()),
  metadata: z.nullable(JsonObject),
  attempt: z.int(),
});
const columns = columnsOf(Thing, { attempt: 'attempts' });
const thing = {
  id: '[1]',
  phoneE164: null,
  isOn: true,
  tags: ['a', 'b'],
  metadata: { a: { b: [null, 1] } },
  attempt: 3,
};
const row = { id: '[1]', phone_e164: null, is_on: 1, tags: '["a","b"]', metadata: '{"a":{"b":[null,1]}}', attempts: 3 };

describe('an entity', () => {
  it('has a column for each property: its name in snake case, or the one it is given', () => {
    expect(columns.names).toEqual(['id', 'phone_e164', 'is_on', 'tags', 'metadata', 'attempts']);
    expect(columns.select('t')).toBe('t.id, t.phone_e164, t.is_on, t.tags, t.metadata, t.attempts');
  });

  it('is written with booleans as 0 or 1, objects and lists as JSON text, and all else as it is', () => {
    expect(columns.toRow(thing)).toEqual(row);
    expect(columns.toRow({ ...thing, isOn: false, metadata: null })).toEqual({ ...row, is_on: 0, metadata: null });
  });

  it('is read from its row as it was written, whatever else a join has added', () => {
    expect(columns.parse({ ...row, parent_id: 'p' })).toEqual(thing);
    expect(columns.parse({ ...row, is_on: 0, metadata: null })).toEqual({ ...thing, isOn: false, metadata: null });
  });

  it('is not read from a row that is none', () => {
    const wrong = [{ is_on: 2 }, { is_on: null }, { tags: '{"a":1}' }, { tags: null }, { attempts: 1.5 }, { id: 1 }];
    for (const cell of wrong) expect(() => columns.parse({ ...row, ...cell })).toThrow();
    expect(() => columns.parse({})).toThrow();
  });

  it('is the same as one JSON value of a query', async () => {
    const from = `FROM (SELECT value->>'id' AS id, value->>'phone_e164' AS phone_e164, value->>'is_on' AS is_on,
      value->>'tags' AS tags, value->>'metadata' AS metadata, value->>'attempts' AS attempts FROM json_each(?1)) t`;
    const things = [thing, { ...thing, isOn: false, metadata: null }];
    const { results } = await env.DB.prepare(`SELECT ${columns.toJson('t')} AS thing ${from}`)
      .bind(JSON.stringify(things.map((one) => columns.toRow(one))))
      .all();
    expect(results.map((found) => jsonText(Thing).parse(found.thing))).toEqual(things);
  });

  it('is one JSON value also when it has more members than a function of D1 takes', async () => {
    const properties = Array.from({ length: 40 }, (_, at) => `p${at}`);
    const wide = columnsOf(z.object(Object.fromEntries(properties.map((property) => [property, z.int()]))));
    const sql = wide.toJson('t');
    const calls = sql.split(/json_(?:object|set)\(/).slice(1);
    const found = await env.DB.prepare(
      `SELECT ${sql} AS j FROM (SELECT ${wide.names.map((p, at) => `${at} AS ${p}`)}) t`,
    ).first();
    expect(JSON.parse(String(found?.j))).toEqual(Object.fromEntries(properties.map((property, at) => [property, at])));
    expect(calls).toHaveLength(3);
    for (const members of sql.split(')')) expect(members.split(',').length).toBeLessThanOrEqual(32);
  });

  it('writes of optional properties only those that are given, null too', () => {
    const some = columnsOf(z.partial(Thing));
    expect(some.toRow({ isOn: false, metadata: null, tags: undefined })).toEqual({ is_on: 0, metadata: null });
  });
});

describe('statements', () => {
  it('insert the rows of one bound JSON array', () => {
    expect(insertFromJson('things', ['id', 'tags'], '?2')).toBe(
      `INSERT INTO things (id, tags) SELECT value->>'id', value->>'tags' FROM json_each(?2)`,
    );
  });

  it('overwrite in an upsert all but the key', () => {
    expect(setExcluded(['paylink_id', 'id', 'status'], ['paylink_id', 'id'])).toBe('status = excluded.status');
  });
});
