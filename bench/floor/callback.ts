import type { Coordinator, FloorEnv } from './env.ts';
import { insert } from './statements.ts';

const locate = `SELECT d.id, d.paylink_id FROM json_each(?1) JOIN delivery_logs d ON d.id = value->>'attempt_id' AND d.provider = value->>'provider'`;

/** What a callback cannot do without: before the answer it stores the event; after it, it finds and updates the attempt and deletes the event. */
export async function receiveCallback(
  env: FloorEnv,
  context: ExecutionContext,
  body: string,
  coordinatorOf: (id: string) => DurableObjectStub<Coordinator>,
): Promise<void> {
  const [{ campaign_id, smtp_id }] = JSON.parse(body);
  const now = Date.now();
  const id = `mailchannels:${crypto.randomUUID()}`;
  const event = {
    id,
    provider: 'mailchannels',
    kind: 'delivery',
    attempt_id: campaign_id,
    message_id: smtp_id,
    status: 'DELIVERED',
    due_at: now + 30_000,
    received_at: now,
  };
  const rows = JSON.stringify([event]);
  await env.DB.batch([env.DB.prepare(insert('provider_events', Object.keys(event))).bind(rows)]);
  const apply = async () => {
    const row = await env.DB.prepare(locate).bind(rows).first<{ id: string; paylink_id: string }>();
    if (!row) throw new Error('the attempt is not in D1');
    await coordinatorOf(row.paylink_id).deliveryEvent(row.paylink_id, row.id);
    await env.DB.prepare('DELETE FROM provider_events WHERE id = ?1').bind(id).run();
  };
  context.waitUntil(apply());
}
