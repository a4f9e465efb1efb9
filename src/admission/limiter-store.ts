import type { LimiterNonce } from './port.ts';
import type { Burst } from './sliding-window.ts';

// WITHOUT ROWID and no index on the times, so that a claim writes one row. Deleting expired rows scans, but only at the alarm.
const SCHEMA = `
CREATE TABLE IF NOT EXISTS bursts (start INTEGER PRIMARY KEY, last INTEGER NOT NULL, units INTEGER NOT NULL, forget_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, claim TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;`;

/** The rows of a merchant limiter. Every method but `clear` is synchronous. */
export class LimiterStore {
  readonly #storage: DurableObjectStorage;
  #ready = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Oldest first. A store that has nothing yet stays without tables. */
  bursts(): Burst[] {
    if (!this.#ready && !this.#hasTables()) return [];
    return this.#sql().exec<Burst>('SELECT start, last, units FROM bursts ORDER BY start').toArray();
  }

  /** Inserts a burst, or updates one that has grown. `expiresAt` in ms. */
  save(burst: Burst, expiresAt: number): void {
    this.#sql().exec(
      `INSERT INTO bursts (start, last, units, forget_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (start) DO UPDATE SET last = excluded.last, units = excluded.units, forget_at = excluded.forget_at`,
      burst.start,
      burst.last,
      burst.units,
      expiresAt,
    );
  }

  dropBurstsBefore(start: number): void {
    this.#sql().exec('DELETE FROM bursts WHERE start < ?', start);
  }

  /** True for exactly one caller until the nonce expires. The insert itself decides, not a read before it. */
  claim({ nonce, claim, expiresAt }: LimiterNonce, now: number): boolean {
    const claimed = this.#sql().exec(
      `INSERT INTO nonces (nonce, claim, expires_at) VALUES (?, ?, ?)
       ON CONFLICT (nonce) DO UPDATE SET claim = excluded.claim, expires_at = excluded.expires_at
         WHERE expires_at <= ? OR claim = excluded.claim
       RETURNING nonce`,
      nonce,
      claim,
      expiresAt,
      now,
    );
    return claimed.toArray().length === 1;
  }

  /** Deletes expired rows. @returns the bursts that are left */
  deleteExpired(now: number): Burst[] {
    this.#sql().exec('DELETE FROM nonces WHERE expires_at <= ?', now);
    this.#sql().exec('DELETE FROM bursts WHERE forget_at <= ?', now);
    return this.bursts();
  }

  /** When the last row expires, ms; null: there is none. */
  lastExpiry(): number | null {
    return this.#sql()
      .exec<{ last: number | null }>(
        `SELECT max(expires) AS last
         FROM (SELECT max(expires_at) AS expires FROM nonces UNION ALL SELECT max(forget_at) FROM bursts)`,
      )
      .one().last;
  }

  /** Deletes the object's whole storage, tables and alarm too. */
  async clear(): Promise<void> {
    this.#ready = false;
    await this.#storage.deleteAll();
  }

  #hasTables(): boolean {
    return this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'bursts'").toArray().length > 0;
  }

  /** Creates the tables when they are first needed, also after `clear`. */
  #sql(): SqlStorage {
    if (!this.#ready) this.#storage.sql.exec(SCHEMA);
    this.#ready = true;
    return this.#storage.sql;
  }
}
