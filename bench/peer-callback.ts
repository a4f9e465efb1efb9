import type { Handler } from 'hono';
import * as z from 'zod';
import { readSignature, verifyMailchannels } from '../src/delivery/providers/mailchannels/callback.ts';
import { MailChannelsKeys } from '../src/delivery/providers/mailchannels/keys.ts';
import { configOf } from '../src/env.ts';
import type { PeerEnv } from './peer-env.ts';

const keys = new MailChannelsKeys();

const News = z.array(z.object({ event: z.string(), customer_handle: z.string(), campaign_id: z.string() })).max(1_000);

const statuses: Record<string, string> = { delivered: 'DELIVERED', dropped: 'FAILED', 'hard-bounced': 'BOUNCED' };

const update = `UPDATE delivery_logs SET status = ?2, updated_at = ?3, version = version + 1 WHERE id = ?1 AND status = 'SENT'`;
const tell = `INSERT INTO events (id, paylink_id, type, new_value, created_by, created_at, version)
  SELECT ?2, d.paylink_id, 'DELIVERY_UPDATED', json_object('deliveryLogId', d.id, 'deliveryStatus', ?3), 'Provider', ?4, d.version
  FROM delivery_logs d WHERE d.id = ?1 AND d.status = 'SENT'`;

/** Delivery events, written to the rows they are about before the answer. One that comes before its row is lost. */
export const callback: Handler<PeerEnv> = async (c) => {
  const config = configOf(c.env);
  const body = new Uint8Array(await c.req.arrayBuffer());
  const now = Date.now();
  const unverified = await readSignature(c.req.raw.headers, body, now);
  const key = unverified ? await keys.get(config, unverified.keyId, now) : null;
  if (!unverified || !key || !(await verifyMailchannels(unverified, key)))
    return c.json({ code: 'unauthenticated' }, 401);
  const news = News.safeParse(await c.req.json());
  if (!news.success) return c.json({ code: 'invalid_request' }, 400);
  const own = news.data.filter((one) => one.customer_handle === config.MAILCHANNELS_CUSTOMER_HANDLE);
  const statements = own.flatMap(({ event, campaign_id: id }) => {
    const status = statuses[event];
    if (!status) return [];
    return [
      c.env.DB.prepare(tell).bind(id, crypto.randomUUID(), status, now),
      c.env.DB.prepare(update).bind(id, status, now),
    ];
  });
  if (statements.length > 0) await c.env.DB.batch(statements);
  return c.json({ received: true });
};
