import { DurableObject } from 'cloudflare:workers';
import { SerialQueue } from '../src/paylinks/coordinator/batcher.ts';
import { eventColumns, itemColumns, logColumns } from '../src/store/paylink-part-rows.ts';
import { headColumns } from '../src/store/paylink-row.ts';
import type { FloorGate } from './floor.ts';
import { readRecipientStatus } from './floor-standing.ts';

export type FloorEnv = {
  DB: D1Database;
  GATE: DurableObjectNamespace<FloorGate>;
  COORDINATOR: DurableObjectNamespace<FloorCoordinator>;
  FAILED_AUTHENTICATIONS: RateLimit;
  COORDINATORS: string;
  PROVIDER: string;
  /** The provider's message, and answers, as the gateway makes them; SAMPLE_ID is the Paylink they are of. */
  MESSAGE: string;
  ANSWER: string;
  CREATED: string;
  SAMPLE_ID: string;
  UNAUTHENTICATED: string;
  LIMITED: string;
  /** The headers of each of them, as JSON. */
  HEADERS: string;
  /** SHA-256 of bearer keys that are unknown, or of a merchant without quota left. */
  UNKNOWN: string;
  BLOCKED: string;
  HMAC_SECRET: string;
  /** What callbacks are signed with: SPKI, Base64. */
  CALLBACK_KEY: string;
};

type Row = Record<string, string | number | null>;
type Waiting = { log: Row; event: Row; done: () => void };

export const insert = (table: string, columns: readonly string[]) =>
  `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.map((column) => `value->>'${column}'`).join(', ')} FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`;

const heads = insert('paylinks', headColumns);
const items = insert('line_items', itemColumns);
const logs = insert('delivery_logs', logColumns).replace(
  'DO NOTHING',
  '(id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at, version = excluded.version',
);
const events = insert('events', eventColumns);
const updates = `UPDATE paylinks SET status = 'SENT', version = j.value->>'version', last_sent_at = j.value->>'created_at', updated_at = j.value->>'created_at'
  FROM json_each(?1) j WHERE paylinks.id = j.value->>'paylink_id' AND paylinks.version < j.value->>'version'`;

/** Who is to be told of a change, asked in its transaction. */
const endpoints = 'SELECT id, event_types FROM webhook_endpoints WHERE merchant_id = ?1 AND disabled_at IS NULL';
const merchantId = '11111111-2222-4333-8444-555555555555';

/** One of a pool, as the gateway's: claims durably, asks the provider, projects many sends' rows in one batch. */
export class FloorCoordinator extends DurableObject<FloorEnv> {
  readonly #known = new Set<string>();
  readonly #sent = new Map<string, Row>();
  #queue: Waiting[] = [];
  #looks: { id: string; done: () => void }[] = [];
  #looking = false;
  readonly #turns = new SerialQueue();
  #running = false;
  #armed = false;

  constructor(state: DurableObjectState, env: FloorEnv) {
    super(state, env);
    state.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, paylink_id TEXT NOT NULL, key TEXT, due_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
       CREATE UNIQUE INDEX IF NOT EXISTS operations_by_key ON operations (paylink_id, key);
       CREATE INDEX IF NOT EXISTS operations_due ON operations (due_at);
       CREATE TABLE IF NOT EXISTS news (attempt_id TEXT PRIMARY KEY, status TEXT NOT NULL) WITHOUT ROWID;`,
    );
  }

  async create(id: string, body: string): Promise<void> {
    const { merchantId, customer, lineItems } = JSON.parse(body);
    const now = Date.now();
    const head: Row = {
      ...Object.fromEntries(headColumns.map((column) => [column, null])),
      id,
      merchant_id: merchantId,
      version: 1,
      status: 'CREATED',
      code: id.slice(-13),
      merchant_invoice_id: 'INV-1',
      currency_code: 'USD',
      description: 'Your order',
      customer: JSON.stringify(customer),
      email_hash: customer.email,
      phone_hash: customer.phone,
      send_email: 1,
      send_sms: 1,
      customer_consent: 1,
      attachments: '[]',
      sub_total: 1010,
      total: 1010,
      expiration: now + 86_400_000,
      created_at: now,
      updated_at: now,
    };
    const rows = lineItems.map((item: object, position: number) => ({
      ...item,
      id: crypto.randomUUID(),
      paylink_id: id,
      position,
      created_at: now,
      updated_at: now,
    }));
    const event = {
      id: crypto.randomUUID(),
      paylink_id: id,
      type: 'CREATED',
      created_by: 'API Key',
      created_at: now,
      version: 1,
    };
    const { DB } = this.env;
    await DB.batch([
      DB.prepare(heads).bind(JSON.stringify([head])),
      DB.prepare(items).bind(JSON.stringify(rows)),
      DB.prepare(events).bind(JSON.stringify([event])),
      DB.prepare(endpoints).bind(merchantId),
    ]);
    this.#known.add(id);
  }

  /** The answer, first or again. */
  async send(id: string, key: string, groupsRead: boolean): Promise<string> {
    const { sql } = this.ctx.storage;
    const [kept] = sql
      .exec<{ body: string }>('SELECT body FROM operations WHERE paylink_id = ? AND key = ?', id, key)
      .toArray();
    if (kept) return kept.body;
    if (!this.#known.has(id)) {
      await this.env.DB.prepare('SELECT * FROM paylinks WHERE id = ?').bind(id).first();
      this.#known.add(id);
    }
    if (groupsRead) await this.#look(id);
    const now = Date.now();
    const operation = crypto.randomUUID();
    sql.exec(
      'INSERT INTO operations (id, paylink_id, key, due_at, body) VALUES (?, ?, ?, ?, ?)',
      operation,
      id,
      key,
      now + 30_000,
      'running',
    );
    if (!this.#armed) {
      this.#armed = true;
      void this.ctx.storage.setAlarm(now + 5_000);
    }
    const response = await fetch(`${this.env.PROVIDER}/tx/v1/send`, {
      method: 'POST',
      headers: { 'x-api-key': 'bench', 'content-type': 'application/json' },
      body: this.env.MESSAGE,
    });
    const taken = await response.text();
    const answer = this.env.ANSWER;
    sql.exec('UPDATE operations SET body = ?, due_at = ? WHERE id = ?', answer, now + 604_800_000, operation);
    const at = Date.now();
    const log = {
      id: crypto.randomUUID(),
      paylink_id: id,
      merchant_id: merchantId,
      operation_id: operation,
      channel: 'EMAIL',
      status: 'SENT',
      provider: 'mailchannels',
      message_id: taken.slice(-60, -20),
      recipient: 'customer@example.com',
      recipient_hash: operation,
      accepted_at: at,
      created_at: now,
      updated_at: at,
      version: 4,
    };
    const event = {
      id: crypto.randomUUID(),
      paylink_id: id,
      type: 'SENT',
      old_value: '{"status":"CREATED"}',
      new_value: '{"status":"SENT","deliveredTo":["EMAIL"]}',
      created_by: 'API Key',
      created_at: at,
      version: 4,
    };
    this.#sent.set(log.id, log);
    await this.#project(log, event);
    return answer;
  }

  /** A provider's news of a message sent lately. */
  async news(id: string, attemptId: string): Promise<void> {
    const sent = this.#sent.get(attemptId);
    if (!sent) throw new Error('the attempt is not known');
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO news (attempt_id, status) VALUES (?, ?)', attemptId, 'DELIVERED');
    const now = Date.now();
    const event = {
      id: crypto.randomUUID(),
      paylink_id: id,
      type: 'DELIVERY_UPDATED',
      old_value: '{"status":"SENT"}',
      new_value: '{"status":"SENT","deliveryStatus":"DELIVERED"}',
      created_by: 'Provider',
      created_at: now,
      version: 5,
    };
    await this.#project({ ...sent, status: 'DELIVERED', updated_at: now, version: 5 }, event);
  }

  /** One read for all who come while another is under way, as the gateway's coordinator does. */
  async #look(id: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#looks.push({ id, done: resolve });
    if (!this.#looking) {
      this.#looking = true;
      while (this.#looks.length > 0) {
        await this.#turns.take(async () => {
          const group = this.#looks.splice(0, 50);
          await readRecipientStatus(
            this.env.DB,
            group.map((look) => look.id),
          );
          for (const { done } of group) done();
        });
      }
      this.#looking = false;
    }
    return promise;
  }

  /** While one batch is under way the next collects. */
  async #project(log: Row, event: Row): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push({ log, event, done: resolve });
    if (!this.#running) {
      this.#running = true;
      while (this.#queue.length > 0) {
        await this.#turns.take(async () => {
          const group = this.#queue.splice(0, 50);
          const { DB } = this.env;
          const logRows = JSON.stringify(group.map((waiting) => waiting.log));
          await DB.batch([
            DB.prepare(updates).bind(logRows),
            DB.prepare(logs).bind(logRows),
            DB.prepare(events).bind(JSON.stringify(group.map((waiting) => waiting.event))),
            DB.prepare(endpoints).bind(merchantId),
          ]);
          for (const { done } of group) done();
        });
      }
      this.#running = false;
    }
    return promise;
  }

  override async alarm(): Promise<void> {
    this.#armed = false;
  }
}
