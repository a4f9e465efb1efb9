import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { recipientHash } from '../../src/paylinks/recipients/recipient.ts';
import { recipientKey } from '../../src/paylinks/recipients/recipient-key.ts';
import { type Suppression, sharedSender } from '../../src/store/suppressions.ts';
import { merchantApi } from '../support/api.ts';
import { anAttempt, seedSent } from '../support/attempts.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { deliver, fromResend, fromTwilio } from '../support/providers/signed-callbacks.ts';
import { seedSuppressions } from '../support/suppressions.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const suppression = (merchantId: string, createdAt: number, some: Partial<Suppression> = {}): Suppression => ({
  id: crypto.randomUUID(),
  merchantId,
  channel: 'EMAIL',
  recipientHash: crypto.randomUUID(),
  recipient: `nr${createdAt}@example.com`,
  reason: 'hard_bounce',
  createdAt,
  ...some,
});

const auditOf = async (merchantId: string) => {
  const { results } = await env.DB.prepare(
    'SELECT action, actor_kind, actor_id, details FROM audit WHERE merchant_id = ? ORDER BY at, action DESC',
  )
    .bind(merchantId)
    .all();
  return results.map((row) => ({ ...row, details: JSON.parse(String(row.details)) }));
};
const config = configOf(env);
const hashOf = async (email: string) => recipientHash(await recipientKey(env.DB, config), 'EMAIL', email);

describe('a merchant’s suppressions', () => {
  it('are listed newest first, page by page, its own only', async () => {
    const { merchant, call } = await merchantApi();
    const other = await merchantApi();
    const own = [1, 2, 2, 3, 4].map((createdAt) => suppression(merchant.id, createdAt));
    const foreign = [
      suppression(other.merchant.id, 9),
      suppression(sharedSender, 9, { channel: 'SMS', reason: 'stop' }),
    ];
    await seedSuppressions([...own, ...foreign]);
    const seen: { suppressionId: string }[] = [];
    let cursor: string | null = '';
    for (let page = 0; page < 10 && cursor !== null; page++) {
      const answer: Response = await call('GET', `/suppressions?limit=2${cursor && `&cursor=${cursor}`}`);
      const { data, nextCursor } = await answer.json<{ data: typeof seen; nextCursor: string | null }>();
      seen.push(...data);
      cursor = nextCursor;
    }
    const expected = own.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    expect(seen).toEqual(
      expected.map(({ id, channel, recipient, reason, createdAt }) => ({
        suppressionId: id,
        channel,
        recipient,
        reason,
        createdAt: new Date(createdAt).toISOString(),
      })),
    );
  });

  it('can be lifted by nobody else, and a shared sender’s by no merchant', async () => {
    const { merchant, call } = await merchantApi();
    const other = await merchantApi();
    const own = suppression(merchant.id, 1);
    const shared = suppression(sharedSender, 1, { channel: 'SMS', reason: 'stop' });
    await seedSuppressions([own, shared]);
    expect((await other.call('DELETE', `/suppressions/${own.id}`)).status).toBe(404);
    expect((await call('DELETE', `/suppressions/${shared.id}`)).status).toBe(404);
    expect((await call('DELETE', `/suppressions/${own.id}`)).status).toBe(204);
    expect((await call('DELETE', `/suppressions/${own.id}`)).status).toBe(404);
    expect(await (await call('GET', '/suppressions')).json()).toEqual({ data: [], nextCursor: null });
  });

  it('give way to what the recipient decides: a hard bounce of whom says no later can no more be lifted', async () => {
    const { merchant, call } = await merchantApi();
    const bounced = suppression(merchant.id, 1);
    const complained = suppression(merchant.id, 1, { reason: 'complaint' });
    await seedSuppressions([bounced, complained]);
    const id = crypto.randomUUID();
    await seedSuppressions([{ ...bounced, id, reason: 'unsubscribe', createdAt: 2 }]);
    await seedSuppressions([{ ...bounced, id: crypto.randomUUID(), createdAt: 3 }]);
    await seedSuppressions([{ ...complained, id: crypto.randomUUID(), reason: 'hard_bounce', createdAt: 3 }]);
    const { data } = await (await call('GET', '/suppressions')).json<{ data: object[] }>();
    expect(data).toMatchObject([
      { suppressionId: id, reason: 'unsubscribe' },
      { suppressionId: complained.id, reason: 'complaint' },
    ]);
    expect((await call('DELETE', `/suppressions/${id}`)).status).toBe(403);
  });

  it.each(['hard_bounce', 'complaint', 'unsubscribe', 'stop'] as const)(
    'by a %s keep their reason when the recipient is erased, lose the address, and can no more be lifted',
    async (reason) => {
      const { merchant, call } = await merchantApi();
      const email = `${reason}@example.com`;
      const recipientHash = await hashOf(email);
      const own = suppression(merchant.id, 1, { reason, recipient: email, recipientHash });
      await seedSuppressions([own]);
      expect((await call('POST', '/recipients/erase', { email })).status).toBe(200);
      const { data } = await (await call('GET', '/suppressions')).json<{ data: object[] }>();
      expect(data).toMatchObject([{ suppressionId: own.id, reason, recipient: null }]);
      const lifted = await call('DELETE', `/suppressions/${own.id}`);
      expect([lifted.status, await lifted.json()]).toMatchObject([403, { code: 'recipient_decides' }]);
    },
  );

  it('refuse a query that is not one', async () => {
    const { call } = await merchantApi();
    for (const query of ['limit=0', 'limit=101', 'cursor=x', 'page=2'])
      expect((await call('GET', `/suppressions?${query}`)).status).toBe(400);
  });

  it('come of a provider’s refusal that says the recipient opted out, and stop the next send', async () => {
    const { merchant, call } = await merchantApi();
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('twilio', 'SMS', () => {
      return { kind: 'refused', by: 'recipient', reason: '21610', optedOut: true };
    });
    await usingProviders(paylink.id, [provider]);
    const ctx = contextOf(merchant);
    expect(await send(ctx, paylink.id, { channels: ['SMS'] })).toMatchObject({ kind: 'failed' });
    const { data } = await (await call('GET', '/suppressions')).json<{ data: object[] }>();
    expect(data).toMatchObject([{ channel: 'SMS', recipient: '+13333333333', reason: 'stop' }]);
    expect(await send(ctx, paylink.id, { channels: ['SMS'] })).toMatchObject({ refusal: { code: 'suppressed' } });
    expect(received).toHaveLength(1);
    expect(await auditOf(merchant.id)).toEqual([
      {
        action: 'suppression.created',
        actor_kind: 'provider',
        actor_id: 'twilio',
        details: { channel: 'SMS', reason: 'stop' },
      },
    ]);
  });

  it('are audited once, by who made them: a provider, a customer, or the gateway’s caller', async () => {
    const { merchant, call } = await merchantApi();
    const attempt = anAttempt({ provider: 'resend' });
    await seedSent(merchant, [attempt]);
    const bounce = {
      type: 'email.bounced',
      data: { email_id: 'e', tags: { attempt: attempt.id }, bounce: { type: 'Permanent' } },
    };
    const callback = fromResend(bounce);
    for (let n = 0; n < 2; n++) expect((await deliver(callback)).status).toBe(200);
    const made = { action: 'suppression.created', actor_kind: 'provider', actor_id: 'resend' };
    expect(await auditOf(merchant.id)).toEqual([{ ...made, details: { channel: 'EMAIL', reason: 'hard_bounce' } }]);
    await call('POST', '/recipients/erase', { email: 'erased@example.com' });
    expect((await auditOf(merchant.id)).slice(1)).toMatchObject([
      { action: 'suppression.created', actor_kind: 'credential', details: { channel: 'EMAIL', reason: 'erased' } },
      { action: 'recipient.erased', actor_kind: 'credential' },
    ]);
    const say = (sid: string, Body: string) =>
      deliver(fromTwilio({ MessageSid: sid, From: '+12025550166', To: '+12025550143', Body }));
    for (const [sid, word] of [
      ['A1', 'STOP'],
      ['A1', 'STOP'],
      ['A2', 'STOP'],
      ['A3', 'START'],
      ['A3', 'START'],
    ] as const)
      await say(sid, word);
    const bySms = { actor_kind: 'customer', actor_id: null, details: { channel: 'SMS', reason: 'stop' } };
    expect(await auditOf(sharedSender)).toEqual([
      { action: 'suppression.created', ...bySms },
      { action: 'suppression.lifted', ...bySms },
    ]);
  });
});
