import { DurableObject } from 'cloudflare:workers';
import { Batcher, SerialQueue } from './batcher.ts';
import { type Claim, type FloorEnv, type Row, samplesOf } from './env.ts';
import { readRecipientStatus } from './recipient-status.ts';
import { readEndpoints, updatePaylinks, writesOf } from './statements.ts';

type Change = { attempt: Row; event: Row };

/** One of a pool, as the gateway's: a send is claimed durably and reported, and the rows of many sends are written in one batch. */
export class FloorCoordinator extends DurableObject<FloorEnv> {
  readonly #known = new Set<string>();
  readonly #attempts = new Map<string, Row>();
  readonly #queue = new SerialQueue();
  readonly #statuses = new Batcher<string>(this.#queue, (ids) => readRecipientStatus(this.env.DB, ids));
  readonly #changes = new Batcher<Change>(this.#queue, (changes) => this.#write(changes));
  readonly #samples = samplesOf(this.env);
  readonly #sql = writesOf(this.#samples.rows);
  #alarmSet = false;

  constructor(state: DurableObjectState, env: FloorEnv) {
    super(state, env);
    state.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS operations (paylink_id TEXT PRIMARY KEY, id TEXT NOT NULL, key TEXT, due_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS delivery_events (attempt_id TEXT PRIMARY KEY, status TEXT NOT NULL) WITHOUT ROWID;`,
    );
  }

  async create(id: string, body: string): Promise<void> {
    const { customer, lineItems } = JSON.parse(body);
    const { rows } = this.#samples;
    const now = Date.now();
    const paylink: Row = {
      ...rows.paylink,
      id,
      version: 1,
      status: 'CREATED',
      code: id.slice(-13),
      customer: JSON.stringify(customer),
      email_hash: customer.email,
      phone_hash: customer.phone,
      created_at: now,
      updated_at: now,
    };
    const itemRow = { ...rows.item, paylink_id: id, created_at: now, updated_at: now };
    const items = lineItems.map(() => ({ ...itemRow, id: crypto.randomUUID() }));
    const event = this.#event(id, 1, now, { type: 'CREATED', old_value: null, new_value: null });
    const { DB, MERCHANT_ID } = this.env;
    await DB.batch([
      DB.prepare(this.#sql.insertPaylinks).bind(JSON.stringify([paylink])),
      DB.prepare(this.#sql.insertItems).bind(JSON.stringify(items)),
      DB.prepare(this.#sql.insertEvents).bind(JSON.stringify([event])),
      DB.prepare(readEndpoints).bind(MERCHANT_ID),
    ]);
    this.#known.add(id);
  }

  /** @returns the operation to report, or the answer where the key is repeated */
  async claim(id: string, key: string, groups: boolean): Promise<Claim> {
    this.#statuses.waits = groups;
    this.#changes.waits = groups;
    const { sql } = this.ctx.storage;
    const [kept] = sql
      .exec<Claim>('SELECT id AS operation, body AS answer FROM operations WHERE paylink_id = ? AND key = ?', id, key)
      .toArray();
    if (kept) return kept;
    if (!this.#known.has(id)) {
      await this.env.DB.prepare('SELECT * FROM paylinks WHERE id = ?').bind(id).first();
      this.#known.add(id);
    }
    if (groups) await this.#statuses.run(id);
    const now = Date.now();
    const operation = crypto.randomUUID();
    const claim = 'INSERT OR REPLACE INTO operations (paylink_id, id, key, due_at, body) VALUES (?, ?, ?, ?, ?)';
    sql.exec(claim, id, operation, key, now + 30_000, 'running');
    if (!this.#alarmSet) {
      this.#alarmSet = true;
      void this.ctx.storage.setAlarm(now + 5_000);
    }
    return { operation, answer: null };
  }

  /** @param messageId the provider's @returns the body of the answer */
  async report(id: string, operation: string, messageId: string): Promise<string> {
    const { bodies, rows } = this.#samples;
    const answer = bodies.sent ?? '';
    const now = Date.now();
    const done = 'UPDATE operations SET body = ?, due_at = ? WHERE paylink_id = ? AND id = ?';
    this.ctx.storage.sql.exec(done, answer, now + 604_800_000, id, operation);
    const attempt = {
      ...rows.attempt,
      // It names the coordinator, as the Paylink's does.
      id: `${id.slice(0, 19)}${crypto.randomUUID().slice(19)}`,
      paylink_id: id,
      operation_id: operation,
      message_id: messageId,
      recipient_hash: operation,
      accepted_at: now,
      created_at: now,
      updated_at: now,
    };
    this.#attempts.set(attempt.id, attempt);
    const event = this.#event(id, 4, now, { type: 'SENT' });
    await this.#changes.run({ attempt, event });
    return answer;
  }

  /** A provider reports that a message was delivered. */
  async deliveryEvent(attemptId: string): Promise<void> {
    const attempt = this.#attempts.get(attemptId);
    if (!attempt) throw new Error('the attempt is not known');
    const journal = 'INSERT OR REPLACE INTO delivery_events (attempt_id, status) VALUES (?, ?)';
    this.ctx.storage.sql.exec(journal, attemptId, 'DELIVERED');
    const now = Date.now();
    const event = this.#event(String(attempt.paylink_id), 5, now, { type: 'DELIVERY_UPDATED', created_by: 'Provider' });
    await this.#changes.run({ attempt: { ...attempt, status: 'DELIVERED', updated_at: now, version: 5 }, event });
  }

  override async alarm(): Promise<void> {
    this.#alarmSet = false;
  }

  #write(changes: Change[]): Promise<unknown> {
    const { DB, MERCHANT_ID } = this.env;
    const attempts = JSON.stringify(changes.map(({ attempt }) => attempt));
    return DB.batch([
      DB.prepare(updatePaylinks).bind(attempts),
      DB.prepare(this.#sql.upsertAttempts).bind(attempts),
      DB.prepare(this.#sql.insertEvents).bind(JSON.stringify(changes.map(({ event }) => event))),
      DB.prepare(readEndpoints).bind(MERCHANT_ID),
    ]);
  }

  #event(paylinkId: string, version: number, now: number, values: Row): Row {
    const own = { id: crypto.randomUUID(), paylink_id: paylinkId, created_at: now, version };
    return { ...this.#samples.rows.event, ...own, ...values };
  }
}
