import type { MiddlewareHandler } from 'hono';
import { sha256Hex, utf8 } from '../src/lib/encoding.ts';
import type { PeerEnv } from './peer-env.ts';

type Kept = { fingerprint: string; answer: string | null };
type Answer = { status: number; headers: Record<string, string>; body: string };

const dayMs = 24 * 60 * 60 * 1000;
const table = `CREATE TABLE IF NOT EXISTS idempotency_keys
  (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT, created_at INTEGER NOT NULL)`;

/** Keys in D1, one step a call; the first call of each request makes sure of the table. */
class KeyStore {
  readonly #db: D1Database;
  #ready = false;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async find(key: string): Promise<Kept | null> {
    const find = 'SELECT fingerprint, answer FROM idempotency_keys WHERE key = ?1 AND created_at >= ?2';
    return (await this.#prepared(find)).bind(key, Date.now() - dayMs).first<Kept>();
  }

  /** Whether nobody else has it. */
  async lock(key: string, fingerprint: string): Promise<boolean> {
    const lock =
      'INSERT INTO idempotency_keys (key, fingerprint, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING';
    const { meta } = await (await this.#prepared(lock)).bind(key, fingerprint, Date.now()).run();
    return meta.changes > 0;
  }

  async complete(key: string, answer: Answer): Promise<void> {
    const complete = 'UPDATE idempotency_keys SET answer = ?2 WHERE key = ?1';
    await (await this.#prepared(complete)).bind(key, JSON.stringify(answer)).run();
  }

  async release(key: string): Promise<void> {
    await (await this.#prepared('DELETE FROM idempotency_keys WHERE key = ?1')).bind(key).run();
  }

  async #prepared(sql: string): Promise<D1PreparedStatement> {
    if (!this.#ready) await this.#db.prepare(table).run();
    this.#ready = true;
    return this.#db.prepare(sql);
  }
}

/**
 * Does with D1 what hono-idempotency 0.8 (npm) does with its D1 store, set up as its README says (a store for each request, which makes
 * sure of its table): look up, lock, and complete, or release after a refusal. Written for this bench after that description, as the
 * package could not be had where it is measured.
 */
export const idempotent: MiddlewareHandler<PeerEnv> = async (c, next) => {
  const given = c.req.header('idempotency-key');
  if (!given || !['POST', 'PATCH'].includes(c.req.method)) return next();
  const { method, path } = c.req;
  const fingerprint = await sha256Hex(utf8(`${method}\n${path}\n${await c.req.text()}`));
  const key = [c.get('merchant').id, method, path, given].map(encodeURIComponent).join(':');
  const store = new KeyStore(c.env.DB);
  const kept = await store.find(key);
  if (kept && kept.answer === null) return c.json({ code: 'conflict' }, 409, { 'retry-after': '1' });
  if (kept && kept.fingerprint !== fingerprint) return c.json({ code: 'fingerprint_mismatch' }, 422);
  if (kept?.answer) {
    const { status, headers, body }: Answer = JSON.parse(kept.answer);
    return new Response(body, { status, headers: { ...headers, 'idempotency-replayed': 'true' } });
  }
  if (!(await store.lock(key, fingerprint))) return c.json({ code: 'conflict' }, 409, { 'retry-after': '1' });
  await next();
  const { ok, status, headers } = c.res;
  if (!ok) return store.release(key);
  const body = await c.res.text();
  await store.complete(key, { status, headers: Object.fromEntries(headers), body });
  c.res = new Response(body, { status, headers });
};
