import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runSweeps } from '../src/cron.ts';
import type { Bindings } from '../src/env.ts';
import { type Measurement, measure } from '../src/lib/metrics.ts';
import { PaylinkCoordinator } from '../src/paylinks/coordinator/coordinator.ts';
import { type Api, merchantApi } from './support/api.ts';
import { ask } from './support/faults.ts';
import { behave, consume, deliveriesOf, messagesFor, seedHook } from './support/hooks.ts';
import { aClaim } from './support/protocol.ts';
import { coordinatorStub, scripted, usingProviders } from './support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from './support/verbs.ts';

type Point = { indexes: string[]; blobs: string[]; doubles: number[] };

/** Bindings whose dataset notes what it is given. */
function spied(): { bindings: Bindings; points: Point[]; of: (what: Measurement['what']) => string[][] } {
  const points: Point[] = [];
  const METRICS = { writeDataPoint: (point: Point) => void points.push(point) };
  const of = (what: string) =>
    points.filter(({ blobs }) => blobs[0] === what).map(({ indexes, blobs }) => [...indexes, ...blobs.slice(1)]);
  return { bindings: { ...env, METRICS }, points, of };
}

let api: Api;
beforeAll(async () => {
  api = await merchantApi();
});
const asked = (bindings: Bindings, method: string, path: string, key: string) =>
  ask(new Request(`http://gateway.test${path}`, { method, headers: { authorization: `Bearer ${key}` } }), bindings);

describe('the metrics', () => {
  it('measure a request by its route, status and code, and name no link and no recipient', async () => {
    const { bindings, points, of } = spied();
    const { id } = await seedPaylink(api.merchant);
    await asked(bindings, 'GET', `/${id}`, api.key);
    await asked(bindings, 'GET', '/paylinks?recipient=ada@example.com&limit=0', api.key);
    await asked(bindings, 'GET', '/paylinks', 'plk_live_nobody');
    expect(of('request')).toEqual([
      [api.merchant.id, 'GET /:paylinkId', '200', ''],
      [api.merchant.id, 'GET /paylinks', '400', 'invalid_request'],
      ['', 'GET /paylinks', '401', 'unauthenticated'],
    ]);
    expect(points.every(({ doubles: [ms, count] }) => (ms ?? -1) >= 0 && count === 1)).toBe(true);
    expect(JSON.stringify(points)).not.toMatch(new RegExp(`${id}|ada@`));
  });

  it('measure each call to a provider, by channel and outcome', async () => {
    const { bindings, of } = spied();
    const { id } = await seedPaylink(api.merchant);
    const refuses = scripted('resend', 'EMAIL', () => ({ kind: 'refused', by: 'provider', reason: 'no' }));
    const loses = scripted('mailchannels', 'EMAIL', () => ({ kind: 'unknown', reason: 'lost' }));
    const takes = scripted('twilio', 'SMS', () => ({ kind: 'accepted', messageId: 'm' }));
    await usingProviders(
      id,
      [refuses, loses, takes].map(({ provider }) => provider),
    );
    for (const channel of ['EMAIL', 'SMS'] as const)
      await send(contextOf(api.merchant, bindings), id, { channels: [channel] });
    expect(of('send').sort()).toEqual([
      [api.merchant.id, 'mailchannels', 'unknown', 'EMAIL'],
      [api.merchant.id, 'resend', 'refused', 'EMAIL'],
      [api.merchant.id, 'twilio', 'accepted', 'SMS'],
    ]);
  });

  it('measure attempts to tell an endpoint, and the one that was the last', async () => {
    const { bindings, of } = spied();
    const { endpoint, name } = await seedHook(api.merchant);
    await behave(name, [200, 500, 410]);
    for (let n = 0; n < 3; n += 1) await seedPaylink(api.merchant);
    for (const { id } of await deliveriesOf(endpoint.id)) await consume(messagesFor([id]), Date.now(), bindings);
    expect(of('webhook').filter(([, id]) => id === endpoint.id)).toEqual([
      [api.merchant.id, endpoint.id, 'delivered', '200'],
      [api.merchant.id, endpoint.id, 'failed', '500'],
      [api.merchant.id, endpoint.id, 'given_up', '410'],
    ]);
  });

  it('measure how late the cron is and how its sweeps end', async () => {
    const { bindings, points, of } = spied();
    const DB = new Proxy(env.DB, {
      get: (target, name) => (sql: string) => {
        if (sql.includes('FROM inbox_messages')) throw new Error('no inbox today');
        return Reflect.get(target, name).call(target, sql);
      },
    });
    const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
    await runSweeps({ ...bindings, DB }, Date.now() - 90_000);
    lines.mockRestore();
    expect(of('sweep')).toContainEqual(['', 'cron', 'begun', '']);
    expect(of('sweep')).toContainEqual(['', 'sweepExpired', 'done', '']);
    expect(of('sweep')).toContainEqual(['', 'sweepInbox', 'failed', '']);
    expect(points.find(({ blobs }) => blobs[1] === 'cron')?.doubles[0]).toBeGreaterThanOrEqual(90_000);
  });

  it('measure what a coordinator turns away, and what it finds unknown', async () => {
    const { bindings, points, of } = spied();
    const paylink = await seedPaylink(api.merchant);
    await runInDurableObject(coordinatorStub(paylink.id), async (_, state) => {
      const { promise: never } = Promise.withResolvers<never>();
      const silent = () => ({ prepare: () => ({ bind: () => ({ first: () => never }) }) });
      const DB = new Proxy(env.DB, {
        get: (target, name) => (name === 'withSession' ? silent : Reflect.get(target, name).bind(target)),
      });
      const coordinator = new PaylinkCoordinator(state, { ...bindings, DB });
      // A hundred that run and three hundred that wait.
      for (let n = 0; n < 400; n += 1) void coordinator.claim(aClaim(paylink));
      await coordinator.claim(aClaim(paylink));
      expect(of('shed')).toEqual([['', 'coordinator', 'overloaded', '']]);
    });
    const sent = await seedPaylink(api.merchant);
    await runInDurableObject(coordinatorStub(sent.id), async (_, state) => {
      const coordinator = new PaylinkCoordinator(state, bindings);
      await coordinator.claim(aClaim(sent));
      for (const minutes of [1, 10]) {
        coordinator.clock = () => Date.now() + minutes * 60_000;
        await coordinator.alarm();
      }
    });
    expect(points.find(({ blobs }) => blobs[0] === 'unsettled')?.doubles[1]).toBeGreaterThanOrEqual(1);
  });

  it('throw into nothing, whether the dataset refuses or there is none', async () => {
    const full = () => {
      throw new Error('too many data points');
    };
    const refusing = { ...env, METRICS: { writeDataPoint: full } };
    expect((await asked(refusing, 'GET', '/healthz', '')).status).toBe(200);
    for (const METRICS of [undefined, null, 'a variable', {}])
      expect(measure({ METRICS }, { what: 'sweep', name: 'x', outcome: 'y' })).toBeUndefined();
  });
});
