import { DurableObject } from 'cloudflare:workers';
import type { FloorEnv } from './env.ts';

/** What admission cannot do without: one durable write, and one more for a nonce. */
export class FloorGate extends DurableObject<FloorEnv> {
  readonly #start = Date.now();
  #units = 0;

  constructor(state: DurableObjectState, env: FloorEnv) {
    super(state, env);
    state.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS bursts (start INTEGER PRIMARY KEY, units INTEGER NOT NULL);
       CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;`,
    );
  }

  admit(nonce: string | null): void {
    const { sql } = this.ctx.storage;
    this.#units += 1;
    sql.exec('INSERT OR REPLACE INTO bursts (start, units) VALUES (?, ?)', this.#start, this.#units);
    if (nonce) sql.exec('INSERT INTO nonces (nonce, expires_at) VALUES (?, ?)', nonce, Date.now());
  }
}
