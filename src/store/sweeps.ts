import * as z from 'zod/mini';

const Position = z.nullable(z.object({ position: z.nullable(z.string()) }));

/**
 * Takes a sweep's turn until `until` (ms): one invocation of the cron does it at a time.
 * @returns where the last turn ended (null: at the end, or there was none); `'taken'` while another has it
 */
export async function takeTurn(
  db: D1Database,
  name: string,
  now: number,
  until: number,
): Promise<{ position: string | null } | 'taken'> {
  const row = await db
    .prepare(
      `INSERT INTO sweeps (name, leased_until) VALUES (?1, ?2)
       ON CONFLICT (name) DO UPDATE SET leased_until = excluded.leased_until WHERE leased_until <= ?3 RETURNING position`,
    )
    .bind(name, until, now)
    .first();
  return Position.parse(row) ?? 'taken';
}

/** Gives a sweep's turn back, and remembers where it ended. */
export async function saveSweep(db: D1Database, name: string, position: string | null): Promise<void> {
  await db
    .prepare(
      `INSERT INTO sweeps (name, leased_until, position) VALUES (?1, 0, ?2)
       ON CONFLICT (name) DO UPDATE SET leased_until = 0, position = excluded.position`,
    )
    .bind(name, position)
    .run();
}

/** Gives a turn back that failed, if it is still the one that was taken until `until` (ms): the next run begins where this one did. */
export async function giveTurnBack(db: D1Database, name: string, until: number): Promise<void> {
  await db.prepare('UPDATE sweeps SET leased_until = 0 WHERE name = ?1 AND leased_until = ?2').bind(name, until).run();
}

/** Where a sweep has come to; null: at the end, or never begun. */
export async function sweepPosition(db: D1Database, name: string): Promise<string | null> {
  const row = await db.prepare('SELECT position FROM sweeps WHERE name = ?1').bind(name).first();
  return Position.parse(row)?.position ?? null;
}
