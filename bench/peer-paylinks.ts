import type * as z from 'zod/mini';
import { configOf } from '../src/env.ts';
import { notFound, type Refusal, refusal } from '../src/errors.ts';
import type { Channel, DeliveryLog, Merchant, Paylink, PaylinkEvent } from '../src/model.ts';
import { newCode } from '../src/paylink-id.ts';
import { decideSend, type Target } from '../src/paylinks/domain/decide-send.ts';
import { shortLinkOf } from '../src/paylinks/domain/links.ts';
import { normalizeCustomer, normalizeItems, totalsOf } from '../src/paylinks/domain/normalize.ts';
import type { CreateFields } from '../src/paylinks/domain/schemas.ts';
import { toEventRow, toItemRow, toLogRow } from '../src/store/paylink-part-rows.ts';
import { toHeadRow } from '../src/store/paylink-row.ts';
import { mailchannelsSend } from './peer-email.ts';
import type { PeerBindings } from './peer-env.ts';
import { composeEmail } from './peer-message.tsx';
import { readPaylink, readRecipients } from './peer-rows.ts';

type Result = { kind: 'done'; paylink: Paylink } | { kind: 'refused'; refusal: Refusal };

const refused = (why: Refusal): Result => ({ kind: 'refused', refusal: why });

const insert = (db: D1Database, table: string, row: Record<string, string | number | null>) => {
  const columns = Object.keys(row);
  return db
    .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
    .bind(...Object.values(row));
};

/** Inserts the Paylink, its items and its event in one batch. */
export async function createPaylink(
  env: PeerBindings,
  merchant: Merchant,
  fields: z.output<typeof CreateFields>,
): Promise<Result> {
  const now = Date.now();
  if (fields.merchantId !== merchant.id) return refused(refusal('not_found', 'Merchant was not found.'));
  const customer = await normalizeCustomer(configOf(env), merchant, fields.customer);
  if ('path' in customer) return refused(refusal('invalid_request', customer.message, { errors: [customer] }));
  const lineItems = normalizeItems(fields.lineItems ?? [], now);
  const tax = fields.tax ?? null;
  const shipping = fields.shipping ?? null;
  const totals = totalsOf(lineItems, tax, shipping);
  if (!totals) return refused(refusal('invalid_request', 'The total is too large.'));
  const event: PaylinkEvent = {
    id: crypto.randomUUID(),
    type: 'CREATED',
    oldValue: null,
    newValue: null,
    createdBy: 'API Key',
    createdAt: now,
    version: 1,
  };
  const paylink: Paylink = {
    id: crypto.randomUUID(),
    merchantId: merchant.id,
    version: 1,
    status: 'CREATED',
    code: newCode(0),
    checkoutUrl: null,
    merchantInvoiceId: fields.merchantInvoiceId ?? null,
    orderId: null,
    currencyCode: fields.currencyCode ?? 'USD',
    description: fields.description ?? null,
    memo: fields.memo ?? null,
    metadata: fields.metadata ?? null,
    ...customer,
    sendEmail: fields.sendEmail ?? false,
    sendSms: fields.sendSms ?? false,
    customerConsent: fields.customerConsent ?? false,
    attachments: fields.attachments ?? [],
    tax,
    shipping,
    ...totals,
    orderTotal: null,
    approvedAmount: null,
    expiration: fields.expiration ?? now + 30 * 86_400_000,
    lastSentAt: null,
    createdAt: now,
    updatedAt: now,
    lineItems,
    deliveryLogs: [],
    events: [event],
    orders: [],
  };
  const items = lineItems.map((item, position) => insert(env.DB, 'line_items', toItemRow(paylink.id, item, position)));
  await env.DB.batch([
    insert(env.DB, 'paylinks', toHeadRow(paylink)),
    ...items,
    insert(env.DB, 'events', toEventRow(paylink.id, event)),
  ]);
  return { kind: 'done', paylink };
}

/** Looks, decides, asks the provider, writes: as one would, and nothing holds the Paylink meanwhile. */
export async function sendPaylink(
  env: PeerBindings,
  merchant: Merchant,
  id: string,
  channels: Channel[],
): Promise<Result> {
  const now = Date.now();
  const paylink = await readPaylink(env.DB, merchant.id, id);
  if (!paylink) return refused(notFound);
  const recipientStatus = { merchant, ...(await readRecipients(env.DB, paylink, now)) };
  const decision = decideSend({ paylink, recipientStatus, channels, to: null, requireEnabled: true, now });
  if (decision.kind === 'unread') return refused(refusal('unavailable', 'The Paylink was changed. Try again.'));
  if (decision.kind === 'refused') return refused(decision.refusal);
  const version = paylink.version + 1;
  const logs = await Promise.all(decision.targets.map((target) => deliver(env, merchant, paylink, target, version)));
  const delivered = logs.filter((log) => log.status === 'SENT');
  const at = Date.now();
  const status = delivered.length > 0 ? 'SENT' : paylink.status;
  const event: PaylinkEvent = {
    id: crypto.randomUUID(),
    type: delivered.length > 0 ? 'SENT' : 'SEND_FAILED',
    oldValue: { status: paylink.status },
    newValue: { status, deliveredTo: delivered.map((log) => log.channel) },
    createdBy: 'API Key',
    createdAt: at,
    version,
  };
  await env.DB.batch([
    ...logs.map((log) => insert(env.DB, 'delivery_logs', toLogRow(paylink, log))),
    env.DB.prepare(
      'UPDATE paylinks SET status = ?2, version = version + 1, last_sent_at = ?3, updated_at = ?3 WHERE id = ?1',
    ).bind(paylink.id, status, at),
    insert(env.DB, 'events', toEventRow(paylink.id, event)),
  ]);
  if (delivered.length === 0) return refused(refusal('send_failed', 'The provider did not take the message.'));
  return {
    kind: 'done',
    paylink: {
      ...paylink,
      status,
      version,
      lastSentAt: at,
      updatedAt: at,
      deliveryLogs: [...paylink.deliveryLogs, ...logs],
      events: [...paylink.events, event],
    },
  };
}

async function deliver(
  env: PeerBindings,
  merchant: Merchant,
  paylink: Paylink,
  target: Target,
  version: number,
): Promise<DeliveryLog> {
  const now = Date.now();
  const log: DeliveryLog = {
    id: crypto.randomUUID(),
    operationId: crypto.randomUUID(),
    channel: target.channel,
    status: 'PENDING',
    provider: 'mailchannels',
    messageId: null,
    recipient: target.recipient,
    recipientHash: target.hash,
    reason: null,
    acceptedAt: null,
    createdAt: now,
    updatedAt: now,
    version,
  };
  if (target.channel !== 'EMAIL') return { ...log, status: 'FAILED', reason: 'No provider for this channel.' };
  const config = configOf(env);
  const unsubscribeUrl = `${config.PUBLIC_BASE_URL}/u/${paylink.id}.${log.id}`;
  const { firstName, lastName } = paylink.customer;
  const sent = await mailchannelsSend(config, {
    attemptId: log.id,
    to: { email: target.recipient, name: [firstName, lastName].filter(Boolean).join(' ') || null },
    from: { email: config.EMAIL_FROM, name: merchant.name },
    replyTo: merchant.supportEmail,
    ...composeEmail(paylink, merchant, { pay: shortLinkOf(config, paylink), unsubscribe: unsubscribeUrl }),
    unsubscribeUrl,
  });
  const at = Date.now();
  return sent.kind === 'taken'
    ? { ...log, status: 'SENT', messageId: sent.messageId, acceptedAt: at, updatedAt: at }
    : { ...log, status: 'FAILED', reason: sent.reason, updatedAt: at };
}
