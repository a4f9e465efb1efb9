import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../src/env.ts';
import { HOUR_MS } from '../../src/lib/durations.ts';
import type { DeliveryLog } from '../../src/model/delivery.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { newIdAt } from '../../src/paylink-id.ts';
import { BUCKETS_PER_E } from '../../src/stats/median.ts';
import { goOn, sweepStats } from '../../src/stats/sweep.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { countHour, type PaylinkHour, readHours, saveHours } from '../../src/store/stats.ts';
import { anOrder, aPaylink, changesOf } from '../support/a-paylink.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const MINUTE = 60_000;
const hourOf = (ms: number) => Math.floor(ms / HOUR_MS);
/** The middle of an hour so many hours ago. */
const ago = (hours: number) => (hourOf(Date.now()) - hours) * HOUR_MS + 30 * MINUTE;

function aLog(some: Partial<DeliveryLog> & { createdAt: number }): DeliveryLog {
  return {
    id: newIdAt(some.createdAt, 1),
    operationId: crypto.randomUUID(),
    channel: 'EMAIL',
    status: 'SENT',
    provider: 'mailchannels',
    messageId: null,
    recipient: 'ada@example.com',
    recipientHash: 'hash',
    reason: null,
    settledBy: null,
    acceptedAt: some.createdAt,
    updatedAt: some.createdAt,
    version: 2,
    ...some,
  };
}

/** A Paylink as it lies in D1 after some life, with its parts. */
async function store(merchant: Merchant, createdAt: number, some: Partial<Paylink> = {}): Promise<void> {
  const paylink = aPaylink({ merchantId: merchant.id, id: newIdAt(createdAt, 1), createdAt, ...some });
  await insertPaylinks(env.DB, [{ ...changesOf({ ...paylink, version: 1 }, { lineItems: [] }), key: null }], []);
  const { deliveryLogs, orders } = paylink;
  if (deliveryLogs.length + orders.length === 0) return;
  await projectChanges(env.DB, [changesOf({ ...paylink, version: 2 }, { deliveryLogs, orders })], []);
}

/** Has the cron count everything up to `now`. */
const sweep = (now = Date.now()) => sweepStats(env, configOf(env), now);
const countAgain = async () => {
  await env.DB.prepare("DELETE FROM sweeps WHERE name LIKE 'stats-%'").run();
  await sweep();
};

const Stats = z.looseObject({ data: z.array(z.looseObject({})), totals: z.looseObject({}), partial: z.boolean() });

describe('GET /stats', () => {
  let api: Api;
  const ask = async (query: string, by = api) => {
    const answer = await by.call('GET', `/stats${query}`);
    expect(answer.status).toBe(200);
    return Stats.parse(await answer.json());
  };
  beforeEach(async () => {
    api = await merchantApi();
  });

  it('counts Paylinks, messages, amounts and waits by day, channel and provider, of this merchant alone', async () => {
    const { merchant } = api;
    const at = ago(1);
    const day = new Date(at).toISOString().slice(0, 10);
    const log = (some: Partial<DeliveryLog>) => aLog({ createdAt: at, ...some });
    await store(merchant, at, {
      status: 'PAID',
      total: 1010,
      approvedAmount: 1010,
      firstOpenedAt: at + 60_000,
      orders: [anOrder({ createdAt: at + 600_000, amount: 1010 })],
      deliveryLogs: [log({ status: 'DELIVERED' }), log({ channel: 'SMS', provider: 'twilio', status: 'BOUNCED' })],
    });
    await store(merchant, at, {
      status: 'PARTIALLY_REFUNDED',
      total: 500,
      currencyCode: 'EUR',
      approvedAmount: 500,
      orders: [anOrder({ createdAt: at + 600_000, amount: 500, refunded: 200, currencyCode: 'EUR' })],
      deliveryLogs: [
        log({ status: 'FAILED', acceptedAt: null }),
        log({ status: 'SENT', provider: 'resend' }),
        log({ status: 'UNKNOWN', provider: 'resend', acceptedAt: null }),
        log({ status: 'SUPPRESSED', provider: null, acceptedAt: null }),
      ],
    });
    await store(merchant, at, { total: 90, status: 'CANCELED' });
    const other = await merchantApi();
    await store(other.merchant, at, { total: 7 });
    await countAgain();

    const messages = { sent: 3, delivered: 1, bounced: 1, failed: 1, unknown: 1 };
    const totals = {
      created: 3,
      opened: 1,
      paid: 2,
      amounts: [
        { currencyCode: 'EUR', requested: 500, paid: 500, refunded: 200 },
        { currencyCode: 'USD', requested: 1100, paid: 1010, refunded: 0 },
      ],
      medianSecondsToOpen: expect.closeTo(60, -1),
      medianSecondsToPay: expect.closeTo(600, -2),
      ...messages,
    };
    const byDay = await ask(`?from=${day}&to=${day}`);
    expect(byDay).toMatchObject({ timeZone: 'UTC', groupBy: 'day', from: `${day}T00:00:00.000Z`, totals });
    expect(byDay.data).toEqual([{ day, partial: byDay.partial, ...totals }]);
    const byChannel = await ask(`?from=${day}&groupBy=channel`);
    expect(byChannel.data).toEqual([
      { channel: 'EMAIL', sent: 2, delivered: 1, bounced: 0, failed: 1, unknown: 1 },
      { channel: 'SMS', sent: 1, delivered: 0, bounced: 1, failed: 0, unknown: 0 },
    ]);
    const byProvider = await ask(`?from=${day}&groupBy=provider`);
    expect(byProvider.data).toEqual([
      { channel: 'EMAIL', provider: 'mailchannels', sent: 1, delivered: 1, bounced: 0, failed: 1, unknown: 0 },
      { channel: 'EMAIL', provider: 'resend', sent: 1, delivered: 0, bounced: 0, failed: 0, unknown: 1 },
      { channel: 'SMS', provider: 'twilio', sent: 1, delivered: 0, bounced: 1, failed: 0, unknown: 0 },
    ]);
    expect(byChannel.totals).toEqual(byDay.totals);
    expect((await ask(`?from=${day}`, other)).totals).toMatchObject({ created: 1, sent: 0 });
  });

  it('gives every day of the last 30 where nothing else is asked for, the running one partial, in the merchant’s time zone', async () => {
    const tokyo = await merchantApi({ timeZone: 'Asia/Tokyo' });
    const { data, ...rest } = await ask('', tokyo);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Tokyo' }).format(Date.now());
    expect(rest).toMatchObject({ timeZone: 'Asia/Tokyo', partial: true });
    expect(data).toHaveLength(30);
    expect(data.at(-1)).toMatchObject({
      day: today,
      partial: true,
      created: 0,
      amounts: [],
      medianSecondsToOpen: null,
    });
    expect(data.slice(0, -1).every(({ partial }) => partial === false)).toBe(true);
    expect(String(Reflect.get(rest, 'from'))).toMatch(/T15:00:00.000Z$/);
  });

  it('takes times too, in whole hours; `to` as a time is not included', async () => {
    await store(api.merchant, ago(3));
    await store(api.merchant, ago(2));
    await countAgain();
    await sweep();
    const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    const hour = (hours: number) => (hourOf(Date.now()) - hours) * HOUR_MS;
    expect((await ask(`?from=${iso(hour(3))}&to=${iso(hour(2))}`)).totals).toMatchObject({ created: 1 });
    expect((await ask(`?from=${iso(hour(3))}&to=${iso(hour(1))}`)).totals).toMatchObject({ created: 2 });
    expect((await ask(`?from=${iso(hour(3))}&to=${iso(hour(1))}`)).partial).toBe(false);
  });

  it.each([
    ['?from=2026-01-01&to=2026-04-03', 'from'],
    ['?from=2026-02-01&to=2026-01-01', 'to'],
    ['?from=2026-02-30', 'from'],
    ['?from=yesterday', 'from'],
    ['?to=2026-01-01T00:00:00', 'to'],
    ['?from=0001-01-01', 'from'],
    ['?to=9999-12-31', 'to'],
    ['?groupBy=hour', 'groupBy'],
    ['?merchantId=all', 'merchantId'],
  ])('refuses %s as a 400 that names %s', async (query, path) => {
    const answer = await api.call('GET', `/stats${query}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_request', errors: [{ path }] }]);
  });

  it('counts 92 days at most, also over a change of clocks', async () => {
    const york = await merchantApi({ timeZone: 'America/New_York' });
    expect((await ask('?from=2026-08-15&to=2026-11-14', york)).data).toHaveLength(92);
    expect((await york.call('GET', '/stats?from=2026-08-15&to=2026-11-15')).status).toBe(400);
  });
});

describe('the hourly roll-up', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });
  const hours = (of: Merchant, at: number) => readHours(env.DB, of.id, { from: hourOf(at), until: hourOf(at) + 1 });

  it('is written by the cron alone: a create, a send and an opening write nothing of it', async () => {
    const other = await seedMerchant();
    const paylink = await seedPaylink(other);
    await send(contextOf(other), paylink.id);
    expect(await hours(other, Date.now())).toEqual({ paylinks: [], messages: [] });
    await countAgain();
    const { paylinks, messages } = await hours(other, Date.now());
    expect(paylinks).toMatchObject([{ created: 1, amounts: { USD: [1010, 0, 0] } }]);
    expect(messages.map(({ channel, provider, sent }) => [channel, provider, sent])).toEqual([
      ['EMAIL', 'inbox', 1],
      ['SMS', 'inbox', 1],
    ]);
  });

  it('says what counting one by one says', async () => {
    const other = await seedMerchant();
    const at = ago(60);
    const random = (count: number) => Math.floor(Math.random() * count);
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] ?? (from[0] as never);
    const statuses = ['SENT', 'DELIVERED', 'FAILED', 'BOUNCED', 'UNKNOWN', 'PENDING', 'SUPPRESSED'] as const;
    const made = Array.from({ length: 60 }, () => ({
      status: pick(['CREATED', 'OPENED', 'PAID', 'PARTIALLY_PAID', 'REFUNDED', 'CANCELED'] as const),
      total: random(10_000),
      firstOpenedAt: pick([null, at + random(1_000_000)]),
      deliveryLogs: Array.from({ length: random(4) }, () => {
        const status = pick(statuses);
        const channel = pick(['EMAIL', 'SMS'] as const);
        return aLog({ createdAt: at, status, channel, acceptedAt: pick([null, at]), provider: pick([null, 'a', 'b']) });
      }),
    }));
    for (const one of made) await store(other, at, one);
    const { paylinks, messages } = await countHour(env.DB, hourOf(at), BUCKETS_PER_E);
    const found = paylinks.find(({ merchantId }) => merchantId === other.id);
    const isPaid = (status: string) => status === 'PAID' || status === 'REFUNDED';
    expect(found).toMatchObject({
      created: made.length,
      opened: made.filter(({ firstOpenedAt }) => firstOpenedAt !== null).length,
      paid: made.filter(({ status }) => isPaid(status)).length,
      amounts: { USD: [made.reduce((sum, { total }) => sum + total, 0), 0, 0] },
    });
    const opened = Object.values(found?.openSeconds ?? {}).reduce((sum, count) => sum + count, 0);
    expect(opened).toBe(found?.opened);
    const logs = made.flatMap(({ deliveryLogs }) => deliveryLogs).filter(({ provider }) => provider !== null);
    const own = messages.filter(({ merchantId }) => merchantId === other.id);
    const all = (name: 'sent' | 'delivered' | 'bounced' | 'failed' | 'unknown') =>
      own.reduce((sum, one) => sum + one[name], 0);
    expect(all('sent')).toBe(logs.filter(({ acceptedAt }) => acceptedAt !== null).length);
    expect(all('delivered')).toBe(logs.filter(({ status }) => status === 'DELIVERED').length);
    expect(all('bounced')).toBe(logs.filter(({ status }) => status === 'BOUNCED').length);
    expect(all('failed')).toBe(logs.filter(({ status }) => status === 'FAILED').length);
    expect(all('unknown')).toBe(logs.filter(({ status }) => status === 'UNKNOWN').length);
  });

  it('counts an hour again and writes what has changed, and only that', async () => {
    const at = ago(100);
    await store(merchant, at);
    const count = () => countHour(env.DB, hourOf(at), BUCKETS_PER_E);
    const written = async () => {
      const { paylinks, messages } = await count();
      return saveHours(env.DB, paylinks, messages);
    };
    expect(await written()).toBe(1);
    expect(await written()).toBe(0);
    await store(merchant, at);
    expect(await written()).toBe(1);
    expect((await hours(merchant, at)).paylinks).toMatchObject([{ created: 2 }]);
  });

  it('stands amounts of any size: no merchant can stop it for the others', async () => {
    const at = ago(200);
    const total = Number.MAX_SAFE_INTEGER;
    for (let n = 0; n < 3; n += 1) await store(merchant, at, { total, status: 'PAID', approvedAmount: total });
    const { paylinks } = await countHour(env.DB, hourOf(at), BUCKETS_PER_E);
    expect(paylinks).toMatchObject([{ created: 3, amounts: { USD: [total, total, 0] } }]);
  });

  it('goes on where its last turn ended, until it is through', async () => {
    const at = ago(92 * 24);
    await store(merchant, at);
    await env.DB.prepare("DELETE FROM sweeps WHERE name LIKE 'stats-%'").run();
    const now = Date.now();
    let turns = 0;
    let done = 0;
    do {
      ({ done } = await sweep(now + turns));
      turns += 1;
    } while (done > 0);
    expect(turns).toBeGreaterThan(40);
    expect((await hours(merchant, at)).paylinks).toMatchObject([{ created: 1 }]);
  });

  it('is counted anew the more often, the younger an hour is', () => {
    const pass = { first: 48, last: 2, everyMs: HOUR_MS };
    const now = 1_000_000 * HOUR_MS + 5;
    const begun = { beganAt: now, next: 999_952, last: 999_998 };
    expect(goOn(pass, null, now)).toEqual(begun);
    expect(goOn(pass, { ...begun, next: 999_960 }, now + 60_000)).toEqual({ ...begun, next: 999_960 });
    const through = { ...begun, next: 999_999 };
    expect(goOn(pass, through, now + HOUR_MS - 1)).toBeNull();
    expect(goOn(pass, through, now + HOUR_MS)).toEqual({ beganAt: now + HOUR_MS, next: 999_953, last: 999_999 });
  });
});

it('an hour of a thousand merchants with every wait there can be is saved in parameters that D1 takes', async () => {
  const buckets = Object.fromEntries(Array.from({ length: 156 }, (_, n) => [String(n), 123_456]));
  const hours = Array.from({ length: 1_000 }, (_, n): PaylinkHour => {
    const amounts: PaylinkHour['amounts'] = { USD: [1_000_000, 900_000, 1_000], EUR: [1_000_000, 900_000, 1_000] };
    const counts = { created: 10_000, opened: 9_000, paid: 8_000 };
    return {
      merchantId: `m-${n}-${'x'.repeat(30)}`,
      hour: 1,
      ...counts,
      amounts,
      openSeconds: buckets,
      paySeconds: buckets,
    };
  });
  const bytes: number[] = [];
  const watched = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => (text: string) => {
        bytes.push(text.length);
        return Reflect.get(target, name).call(target, text);
      },
    });
  const db = new Proxy(env.DB, {
    get: (target, name) =>
      name === 'prepare' ? (sql: string) => watched(target.prepare(sql)) : Reflect.get(target, name).bind(target),
  });
  expect(await saveHours(db, hours, [])).toBe(1_000);
  expect(Math.max(...bytes)).toBeLessThan(2_000_000);
});
