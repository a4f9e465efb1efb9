import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasSandbox } from '../../src/delivery/providers/index.ts';
import { configOf } from '../../src/env.ts';
import type { Channel } from '../../src/model/delivery.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { configuredProviders } from '../../src/paylinks/context.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { listSuppressions } from '../../src/paylinks/recipients/suppressions.ts';
import { sendPaylink } from '../../src/paylinks/send.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, createBody, seedPaylink } from '../support/verbs.ts';

describe('the sandbox', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant({ mode: 'test' });
  });

  /** Sends, and waits for all that goes on after the answer. */
  async function rehearse(channel: Channel, recipient: string) {
    const work: Promise<unknown>[] = [];
    const config = { ...configOf(env), ENVIRONMENT: 'production' as const, SANDBOX_REPORT_MS: 1 };
    const providersFor = configuredProviders(env, config);
    const ctx = {
      ...contextOf(merchant),
      config,
      providersFor,
      waitUntil: (one: Promise<unknown>) => void work.push(one),
    };
    const customer = channel === 'EMAIL' ? { email: recipient } : { phone: recipient };
    const { id } = await seedPaylink(merchant, { customer }, contextOf(merchant));
    const idempotency = { key: null, waitSeconds: 0 };
    const outcome = await sendPaylink(ctx, {
      ...{ paylinkId: id, channels: [channel], to: null, requireEnabled: false, idempotency },
    });
    await Promise.all(work);
    const paylink = await findPaylink(ctx, id);
    const { page } = await listSuppressions(ctx, { limit: 100 });
    const suppression = page.find((one) => one.recipient === recipient)?.reason ?? null;
    return [outcome.kind, paylink?.deliveryLogs.map(({ status }) => status).join(), suppression];
  }

  it.each([
    ['EMAIL', 'anybody@example.com', 'sent', 'DELIVERED', null],
    ['EMAIL', 'delivered@paylinks.test', 'sent', 'DELIVERED', null],
    ['EMAIL', 'Bounced+Order7@paylinks.test', 'sent', 'BOUNCED', 'hard_bounce'],
    ['EMAIL', 'complained@paylinks.test', 'sent', 'DELIVERED', 'complaint'],
    ['EMAIL', 'refused@paylinks.test', 'failed', 'FAILED', null],
    ['EMAIL', 'unknown@paylinks.test', 'pending', 'UNKNOWN', null],
    ['EMAIL', 'slow@paylinks.test', 'sent', 'DELIVERED', null],
    ['SMS', '+15005550001', 'failed', 'FAILED', null],
    ['SMS', '+15005550002', 'failed', 'FAILED', 'stop'],
    ['SMS', '+15005550003', 'sent', 'FAILED', null],
    ['SMS', '+15005550004', 'pending', 'UNKNOWN', null],
    ['SMS', '+15005550006', 'sent', 'DELIVERED', null],
  ] as const)(
    'rehearses by %s to %s: %s, %s, suppression %s',
    async (channel, recipient, kind, status, suppression) => {
      expect(await rehearse(channel, recipient)).toEqual([kind, status, suppression]);
    },
  );

  it('is there in test mode and in a local run, and for no live merchant', () => {
    const inMode = (mode: Merchant['mode'], ENVIRONMENT: 'local' | 'production') => hasSandbox({ ENVIRONMENT }, mode);
    expect([inMode('test', 'production'), inMode('live', 'local'), inMode('live', 'production')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('playing the customer', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi({ mode: 'test' });
  });
  const create = async () =>
    (await (await api.call('POST', '/', createBody(api.merchant.id))).json<{ paylinkId: string }>()).paylinkId;
  const play = async (path: string, body?: object, headers = {}) => {
    const answer = await api.call('POST', `/sandbox/${path}`, body, headers);
    return { status: answer.status, body: await answer.json<{ openOrders: object[] }>() };
  };

  it('opens, fails, pays a part and then what is due, as the page and a checkout would tell', async () => {
    const id = await create();
    expect(await play(`${id}/open`)).toMatchObject({ status: 200, body: { status: 'OPENED' } });
    expect(await play(`${id}/fail`)).toMatchObject({ status: 200, body: { status: 'OPENED', openOrders: [] } });
    expect(await play(`${id}/pay`, { amount: 400 })).toMatchObject({
      body: { status: 'PARTIALLY_PAID', approvedAmount: 400 },
    });
    expect(await play(`${id}/pay`)).toMatchObject({ body: { status: 'PAID', approvedAmount: 1010 } });
    expect(await play(`${id}/pay`)).toMatchObject({ status: 400, body: { code: 'already_paid' } });
  });

  it('pays once for each key', async () => {
    const id = await create();
    const key = { 'idempotency-key': 'once' };
    await play(`${id}/pay`, { amount: 400 }, key);
    expect((await play(`${id}/pay`, { amount: 400 }, key)).body.openOrders).toHaveLength(1);
  });

  it('is for one’s own Paylinks only', async () => {
    const stranger = await merchantApi({ mode: 'test' });
    const id = await create();
    for (const what of ['pay', 'open', 'fail'])
      expect((await stranger.call('POST', `/sandbox/${id}/${what}`)).status).toBe(404);
    expect((await play(`${id}/pay`, { amount: -1 })).status).toBe(400);
    expect((await play('not-an-id/pay')).status).toBe(404);
  });
});
