import { env } from 'cloudflare:workers';

/** A D1 that notes every statement it is asked for. */
function noting(db: D1Database) {
  const statements: string[] = [];
  const noted = new Proxy(db, {
    get(_, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          statements.push(sql);
          return db.prepare(sql);
        };
      }
      const value = Reflect.get(db, name);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  });
  return { noted, statements };
}

/** SQLite's plan of every statement that `run` makes, line by line. */
export async function plansOf(run: (db: D1Database) => Promise<unknown>): Promise<string[]> {
  const { noted, statements } = noting(env.DB);
  await run(noted);
  const plans: string[] = [];
  for (const sql of statements) {
    const parameters = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...Array.from({ length: parameters }, () => '[]'))
      .all<{ detail: string }>();
    plans.push(...results.map(({ detail }) => detail));
  }
  return plans;
}
