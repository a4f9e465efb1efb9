import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { insertSuppressions, type Suppression, sharedSender } from '../../src/store/suppressions.ts';
import { merchantApi } from '../support/api.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
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

describe('a merchant’s suppressions', () => {
  it('are listed newest first, page by page, its own only', async () => {
    const { merchant, call } = await merchantApi();
    const other = await merchantApi();
    const own = [1, 2, 2, 3, 4].map((createdAt) => suppression(merchant.id, createdAt));
    const foreign = [
      suppression(other.merchant.id, 9),
      suppression(sharedSender, 9, { channel: 'SMS', reason: 'stop' }),
    ];
    await insertSuppressions(env.DB, [...own, ...foreign]);
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
    await insertSuppressions(env.DB, [own, shared]);
    expect((await other.call('DELETE', `/suppressions/${own.id}`)).status).toBe(404);
    expect((await call('DELETE', `/suppressions/${shared.id}`)).status).toBe(404);
    expect((await call('DELETE', `/suppressions/${own.id}`)).status).toBe(204);
    expect((await call('DELETE', `/suppressions/${own.id}`)).status).toBe(404);
    expect(await (await call('GET', '/suppressions')).json()).toEqual({ data: [], nextCursor: null });
  });

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
  });
});
