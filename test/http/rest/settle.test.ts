import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryLog } from '../../../src/model/delivery.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { anAttempt, seedSent } from '../../support/attempts.ts';

type Body = { status: string; deliveryLogs: { status: string }[]; events: { eventType: string; createdBy: string }[] };

let api: Api;
beforeAll(async () => {
  api = await merchantApi();
});

/** A Paylink with one attempt whose outcome is not known, unless told otherwise. */
async function seed(some: Partial<DeliveryLog> = {}) {
  const attempt = anAttempt({ status: 'UNKNOWN', messageId: null, acceptedAt: null, ...some });
  return { id: (await seedSent(api.merchant, [attempt])).id, logId: attempt.id };
}
const settle = (id: string, logId: string, body: object, by = api) =>
  by.call('POST', `/${id}/delivery-logs/${logId}/settle`, body);
const codeOf = async (answer: Response) => {
  const { code }: { code: string } = await answer.json();
  return [answer.status, code];
};

describe('POST /{paylinkId}/delivery-logs/{id}/settle', () => {
  it.each([
    ['SENT', 'SENT'],
    ['FAILED', 'FAILED'],
  ])('settles an UNKNOWN as %s: the log, the Paylink’s status and an event say so', async (status, paylinkStatus) => {
    const { id, logId } = await seed();
    const answer = await settle(id, logId, { status });
    expect(answer.status).toBe(200);
    const body: Body = await answer.json();
    expect(body).toMatchObject({ status: paylinkStatus, deliveryLogs: [{ status, reason: 'Settled by a person.' }] });
    expect(body.events.map(({ eventType, createdBy }) => [eventType, createdBy])).toEqual([
      ['DELIVERY_UPDATED', 'API Key'],
    ]);
    const stored = env.DB.prepare('SELECT status, settled_by FROM paylink_logs WHERE id = ?').bind(logId);
    expect(await stored.first()).toEqual({ status, settled_by: 'person' });
  });

  it('said again changes nothing, said otherwise is a 400 `not_unknown`', async () => {
    const { id, logId } = await seed();
    const first: Body = await (await settle(id, logId, { status: 'FAILED' })).json();
    const again = await settle(id, logId.toUpperCase(), { status: 'FAILED' });
    expect([again.status, await again.json()]).toEqual([200, first]);
    expect(await codeOf(await settle(id, logId, { status: 'SENT' }))).toEqual([400, 'not_unknown']);
  });

  it.each(['PENDING', 'SENT', 'DELIVERED', 'BOUNCED'] as const)(
    'is a 400 `not_unknown` for one that is %s',
    async (status) => {
      const { id, logId } = await seed({ status });
      expect(await codeOf(await settle(id, logId, { status: 'FAILED' }))).toEqual([400, 'not_unknown']);
    },
  );

  it('is a 404 for an unknown log, an unknown or malformed Paylink, and another merchant’s', async () => {
    const { id, logId } = await seed();
    const other = await seed();
    const unknown = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const answers = [
      await settle(id, other.logId, { status: 'SENT' }),
      await settle(id, 'nonsense', { status: 'SENT' }),
      await settle(unknown, logId, { status: 'SENT' }),
      await settle('nonsense', logId, { status: 'SENT' }),
      await settle(id, logId, { status: 'SENT' }, await merchantApi()),
    ];
    expect(await Promise.all(answers.map(codeOf))).toEqual(answers.map(() => [404, 'not_found']));
  });

  it.each([{}, { status: 'DELIVERED' }, { status: 'SENT', reason: 'x' }])('is a 400 for the body %j', async (body) => {
    const { id, logId } = await seed();
    expect(await codeOf(await settle(id, logId, body))).toEqual([400, 'invalid_request']);
  });
});
