import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { recipientHash } from '../../src/paylinks/recipients/recipient.ts';
import { recipientKey } from '../../src/paylinks/recipients/recipient-key.ts';
import { recordOptOut } from '../../src/paylinks/recipients/suppressions.ts';
import { type Suppression, sharedSender } from '../../src/store/suppressions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedSuppressions } from '../support/suppressions.ts';

const config = configOf(env);
const hashOf = async (number: string) => recipientHash(await recipientKey(env.DB, config), 'SMS', number);

describe('a START', () => {
  it('lifts every STOP of its number, the shared sender’s and each merchant’s, and nothing else', async () => {
    await seedMerchant();
    const [number, other] = ['+12025550181', '+12025550182'];
    const [hash, otherHash] = [await hashOf(number), await hashOf(other)];
    const suppression = (merchantId: string, some: Partial<Suppression>): Suppression => ({
      id: crypto.randomUUID(),
      merchantId,
      channel: 'SMS',
      recipientHash: hash,
      recipient: null,
      reason: 'stop',
      createdAt: 1,
      ...some,
    });
    const stops = [suppression(sharedSender, {}), suppression('stopped', {})];
    const others = [
      suppression('bounced', { reason: 'hard_bounce' }),
      suppression('complained', { reason: 'complaint' }),
      suppression('unsubscribed', { reason: 'unsubscribe' }),
      suppression('erased', { reason: 'erased' }),
      suppression('by email', { channel: 'EMAIL' }),
      suppression(sharedSender, { recipientHash: otherHash }),
    ];
    await seedSuppressions([...stops, ...others]);
    await recordOptOut(env, config, { provider: 'twilio', kind: 'start', from: number, key: 'start-1' }, 2);
    const { results } = await env.DB.prepare('SELECT id FROM suppressions WHERE recipient_hash IN (?1, ?2)')
      .bind(hash, otherHash)
      .all<{ id: string }>();
    expect(results.map(({ id }) => id).sort()).toEqual(others.map(({ id }) => id).sort());
  });
});
