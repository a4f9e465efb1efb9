import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditEntry, auditIfChanged, auditStatement, callerActor } from '../../src/audit/record.ts';
import { listAudit } from '../../src/store/audit.ts';
import { aMerchant } from '../support/merchants.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

const now = 1_750_000_000_123;
const entry = (merchantId: string, some: Partial<AuditEntry> = {}): AuditEntry => ({
  merchantId,
  actor: { kind: 'operator', id: 'someone@example.com', label: null },
  action: 'merchant.updated',
  subject: merchantId,
  details: { name: { from: 'A', to: 'B' } },
  ...some,
});
const of = (merchantId: string) => listAudit(env.DB, merchantId, { before: null, limit: 100 });

describe('the audit log', () => {
  it('keeps who did what to what, and when', async () => {
    const id = crypto.randomUUID();
    await env.DB.batch([auditStatement(env.DB, [entry(id)], now)]);
    expect(await of(id)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        merchantId: id,
        at: now,
        actorKind: 'operator',
        actorId: 'someone@example.com',
        actorLabel: null,
        action: 'merchant.updated',
        subject: id,
        details: { name: { from: 'A', to: 'B' } },
      },
    ]);
  });

  it('names a caller by its credential', () => {
    const caller = { merchant: aMerchant(), credentialId: 'c', label: 'till 7' };
    expect(callerActor(caller)).toEqual({ kind: 'credential', id: 'c', label: 'till 7' });
  });

  it.each([
    'UPDATE audit SET action = ?2 WHERE merchant_id = ?1',
    'DELETE FROM audit WHERE merchant_id = ?1 AND ?2 > 0',
  ])('refuses %s', async (sql) => {
    const id = crypto.randomUUID();
    await auditStatement(env.DB, [entry(id)], now).run();
    const before = await of(id);
    await expect(env.DB.prepare(sql).bind(id, 'x').run()).rejects.toThrow('append-only');
    expect(await of(id)).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('has no entry when the batch with the change fails', async () => {
    const id = crypto.randomUUID();
    const broken = env.DB.prepare("INSERT INTO audit (id) VALUES ('no')");
    await expect(env.DB.batch([auditStatement(env.DB, [entry(id)], now), broken])).rejects.toThrow();
    expect(await of(id)).toEqual([]);
  });

  it('tells of a change once, and not of a repeat that changed nothing', async () => {
    const { id } = aMerchant();
    const suppress = () =>
      env.DB.prepare(
        `INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, reason, created_at)
         VALUES (?1, ?2, 'EMAIL', ?2, 'stop', 1) ON CONFLICT DO NOTHING RETURNING id`,
      ).bind(crypto.randomUUID(), id);
    const told = () => auditIfChanged(env.DB, entry(id, { action: 'suppression.created' }), now);
    await env.DB.batch([suppress(), told()]);
    expect(await of(id)).toHaveLength(1);
    await env.DB.batch([suppress(), told()]);
    expect(await of(id)).toHaveLength(1);
    const lift = () => env.DB.prepare('DELETE FROM suppressions WHERE merchant_id = ?1').bind(id);
    const lifted = () => auditIfChanged(env.DB, entry(id, { action: 'suppression.lifted' }), now);
    await env.DB.batch([lift(), lifted()]);
    await env.DB.batch([lift(), lifted()]);
    expect((await of(id)).map(({ action }) => action)).toContain('suppression.lifted');
    expect(await of(id)).toHaveLength(2);
  });

  it('is read a page at a time, newest first, of one merchant or of all', async () => {
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    // Later than what the other tests write.
    const later = now + 1_000_000_000;
    for (const at of [1, 2, 3]) await auditStatement(env.DB, [entry(one), entry(other)], later + at).run();
    const first = await listAudit(env.DB, one, { before: null, limit: 2 });
    expect(first.map(({ at }) => at - later)).toEqual([3, 2]);
    const rest = await listAudit(env.DB, one, { before: first[1]?.id ?? null, limit: 2 });
    expect(rest.map(({ at }) => at - later)).toEqual([1]);
    const all = await listAudit(env.DB, null, { before: null, limit: 6 });
    expect(all.map(({ at }) => at - later)).toEqual([3, 3, 2, 2, 1, 1]);
  });

  it('costs a row and its index, and a page reads no more rows than it has', async () => {
    const id = crypto.randomUUID();
    const { meta } = await auditStatement(env.DB, [entry(id)], now).run();
    expect(meta.rows_written).toBe(2);
    const { results } = await env.DB.prepare(
      'EXPLAIN QUERY PLAN SELECT * FROM audit a WHERE a.merchant_id = ?3 AND a.id < ?1 ORDER BY a.id DESC LIMIT ?2',
    )
      .bind('g', 1, id)
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).toMatch(/^SEARCH a USING INDEX audit_by_merchant/);
  });
});
