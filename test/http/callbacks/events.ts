import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { DeliveryLog } from '../../../src/model/delivery.ts';
import { handle, publicKeys } from '../../support/providers/signed-callbacks.ts';

/** What providers report of an attempt, in their own words. */

export const mailchannels = (attempt: DeliveryLog, event: string, some: object = {}) => ({
  event,
  email: 'pay@example.com',
  customer_handle: handle,
  campaign_id: attempt.id,
  recipients: ['ada@example.com'],
  timestamp: 1_750_000_000,
  ...some,
});
export const resend = (attempt: DeliveryLog, type: string, some: object = {}) => ({
  type,
  created_at: '2026-01-01T00:00:00Z',
  data: { email_id: attempt.messageId, to: ['ada@example.com'], tags: { attempt: attempt.id }, ...some },
});
export const telnyx = (attempt: DeliveryLog, status: string, some: object = {}) => ({
  data: {
    id: crypto.randomUUID(),
    event_type: status === 'sent' ? 'message.sent' : 'message.finalized',
    payload: { id: attempt.messageId, to: [{ phone_number: '+12025550123', status }], tags: [attempt.id], ...some },
  },
});

export const suppressionsOf = async (hash: string) =>
  (
    await env.DB.prepare(
      'SELECT merchant_id AS merchantId, channel, recipient, reason FROM suppressions WHERE recipient_hash = ?',
    )
      .bind(hash)
      .all()
  ).results;
/** The lines that each test logs; none may name a recipient. */
export function loggedWithoutRecipients(): string[] {
  const lines: string[] = [];
  beforeEach(() => {
    vi.stubGlobal('fetch', publicKeys().answer);
    lines.length = 0;
    for (const level of ['info', 'warn', 'error', 'log'] as const)
      vi.spyOn(console, level).mockImplementation((line) => lines.push(String(line)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(lines.join('\n')).not.toMatch(/@|\+1202|12025550/);
  });
  return lines;
}
