import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Api, merchantApi } from '../support/api.ts';
import { createBody } from '../support/verbs.ts';

type Body = Record<string, unknown> & { paylinkId: string; events: { eventType: string }[] };
const json = async (response: Response): Promise<Body> => response.json();
const keyed = (key: string) => ({ 'idempotency-key': key });
const replayed = (response: Response) => response.headers.get('idempotency-replayed');

describe('an idempotency key', () => {
  let api: Api;
  let id: string;
  beforeAll(async () => {
    api = await merchantApi();
  });
  const create = async () => {
    id = (await json(await api.call('POST', '/', createBody(api.merchant.id)))).paylinkId;
  };
  const events = async () => (await json(await api.call('GET', `/${id}`))).events.map(({ eventType }) => eventType);

  it('makes an update happen once: the repeat gets the first answer again, whatever came between', async () => {
    await create();
    const first = await api.call('PATCH', `/${id}`, { memo: 'one' }, keyed('u'));
    await api.call('PATCH', `/${id}`, { memo: 'two' });
    const again = await api.call('PATCH', `/${id}`, { memo: 'one' }, keyed('"u"'));
    expect([again.status, replayed(first), replayed(again)]).toEqual([200, null, 'true']);
    expect(await again.json()).toEqual(await first.json());
    expect(await json(await api.call('GET', `/${id}`))).toMatchObject({ memo: 'two' });
    expect(await events()).toEqual(['CREATED', 'UPDATED', 'UPDATED']);
  });

  it('makes racing updates one', async () => {
    await create();
    const racing = Array.from({ length: 8 }, () => api.call('PATCH', `/${id}`, { memo: 'x' }, keyed('race')));
    const answers = await Promise.all(racing);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await events()).toEqual(['CREATED', 'UPDATED']);
  });

  it('answers a repeated cancel with 204 again, and a cancel without one with already_canceled', async () => {
    await create();
    const answers = [
      await api.call('PATCH', `/${id}/cancel`, undefined, keyed('c')),
      await api.call('PATCH', `/${id}/cancel`, undefined, { 'x-idempotency-key': 'c' }),
    ];
    expect(answers.map((answer) => [answer.status, replayed(answer)])).toEqual([
      [204, null],
      [204, 'true'],
    ]);
    expect((await api.call('PATCH', `/${id}/cancel`)).status).toBe(400);
  });

  it('makes a payment’s repeat the first answer, also after a refund', async () => {
    await create();
    const order = { paylinkId: id, orderId: 'o', currencyCode: 'USD' };
    const payment = { ...order, type: 'payment', amount: 1010 };
    const first = await api.call('POST', '/webhooks/payments', payment, keyed('p'));
    await api.call('POST', '/webhooks/payments', { ...order, type: 'refund', amount: 1010 });
    const again = await api.call('POST', '/webhooks/payments', payment, keyed('p'));
    expect([replayed(again), await again.json()]).toEqual(['true', await first.json()]);
  });

  it('names one operation of a Paylink: another change or a send with it is 422', async () => {
    await create();
    await api.call('PATCH', `/${id}`, { memo: 'one' }, keyed('k'));
    const others = [
      await api.call('PATCH', `/${id}`, { memo: null }, keyed('k')),
      await api.call('PATCH', `/${id}/cancel`, undefined, keyed('k')),
      await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false }, keyed('k')),
    ];
    for (const other of others)
      expect([other.status, await other.json()]).toMatchObject([422, { code: 'idempotency_key_reuse' }]);
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false }, keyed('s'));
    expect((await api.call('PATCH', `/${id}`, { memo: 'x' }, keyed('s'))).status).toBe(422);
  });

  it('gives the first answer also when the expiration that was asked for has passed since', async () => {
    const clock = vi.spyOn(Date, 'now');
    const soon = Date.now() + 60_000;
    const expiration = new Date(soon).toISOString();
    const body = createBody(api.merchant.id, { expiration });
    const create = (key: string, more = {}) => api.call('POST', '/', { ...body, ...more }, keyed(key));
    const first = await create('soon');
    id = (await json(first)).paylinkId;
    const update = (key: string) => api.call('PATCH', `/${id}`, { memo: 'x', expiration }, keyed(key));
    const updated = await update('later');
    clock.mockImplementation(() => soon + 1_000);
    const [again, anew, other] = [await create('soon'), await create('late'), await create('soon', { memo: 'other' })];
    expect([again.status, replayed(again), await again.json()]).toMatchObject([
      201,
      'true',
      { paylinkId: id, status: 'EXPIRED' },
    ]);
    for (const refused of [anew, other, await update('too-late')])
      expect([refused.status, await refused.json()]).toMatchObject([400, { errors: [{ path: 'expiration' }] }]);
    const repeated = await update('later');
    expect([repeated.status, replayed(repeated)]).toEqual([200, 'true']);
    expect(await repeated.json()).toMatchObject({ memo: (await json(updated)).memo });
    clock.mockRestore();
  });

  it('belongs to who sends it: a parent’s and its child’s are two operations, each replayed to its own', async () => {
    const child = await merchantApi({ parentId: api.merchant.id });
    const body = createBody(child.merchant.id);
    const create = async (who: Api) => who.call('POST', '/', body, keyed('one'));
    const made = [await create(api), await create(child), await create(api), await create(child)];
    const ids = await Promise.all(made.map(async (answer) => (await json(answer)).paylinkId));
    expect(made.map(replayed)).toEqual([null, null, 'true', 'true']);
    expect([ids[2], ids[3]]).toEqual([ids[0], ids[1]]);
    expect(ids[0]).not.toBe(ids[1]);

    id = ids[0] ?? '';
    const send = { sendEmail: true, sendSms: false };
    const byParent = [
      await api.call('PATCH', `/${id}/send`, send, keyed('two')),
      await api.call('PATCH', `/${id}`, { memo: 'parent' }, keyed('three')),
    ];
    const byChild = [
      await child.call('PATCH', `/${id}/send`, send, keyed('two')),
      await child.call('PATCH', `/${id}`, { memo: 'child' }, keyed('three')),
    ];
    const repeated = [
      await api.call('PATCH', `/${id}/send`, send, keyed('two')),
      await child.call('PATCH', `/${id}`, { memo: 'child' }, keyed('three')),
      await api.call('PATCH', `/${id}/cancel`, undefined, keyed('four')),
      await api.call('PATCH', `/${id}/cancel`, undefined, keyed('four')),
      await child.call('PATCH', `/${id}/cancel`, undefined, keyed('four')),
    ];
    expect([...byParent, ...byChild].map((answer) => [answer.status, replayed(answer)])).toEqual(
      Array.from({ length: 4 }, () => [200, null]),
    );
    expect(repeated.map((answer) => [answer.status, replayed(answer)])).toEqual([
      [200, 'true'],
      [200, 'true'],
      [204, null],
      [204, 'true'],
      [400, null],
    ]);
  });

  it('that is malformed is 400, and nothing is done', async () => {
    await create();
    expect((await api.call('PATCH', `/${id}`, { memo: 'x' }, keyed('"open'))).status).toBe(400);
    expect((await api.call('PATCH', `/${id}/cancel`, undefined, keyed('"open'))).status).toBe(400);
    expect(await events()).toEqual(['CREATED']);
  });
});
