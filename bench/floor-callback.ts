import { type FloorEnv, insert } from './floor-coordinator.ts';

const insertEvent = insert('provider_events', [
  'id',
  'provider',
  'kind',
  'attempt_id',
  'message_id',
  'status',
  'due_at',
  'received_at',
]);
const locate = `SELECT d.id, d.paylink_id FROM json_each(?1) JOIN delivery_logs d ON d.id = value->>'attempt_id' AND d.provider = value->>'provider'`;

/** What one callback cannot do without: the event stored before the answer; after it the attempt found, moved on and the event let go. */
export async function receiveCallback(
  env: FloorEnv,
  context: ExecutionContext,
  body: string,
  coordinatorOf: (id: string) => { news(paylinkId: string, attemptId: string): Promise<void> },
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
  await env.DB.batch([env.DB.prepare(insertEvent).bind(rows)]);
  const apply = async () => {
    const row = await env.DB.prepare(locate).bind(rows).first<{ id: string; paylink_id: string }>();
    if (!row) throw new Error('the attempt is not in D1');
    await coordinatorOf(row.paylink_id).news(row.paylink_id, row.id);
    await env.DB.prepare('DELETE FROM provider_events WHERE id = ?1').bind(id).run();
  };
  context.waitUntil(apply());
}
