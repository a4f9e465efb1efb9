import { afterEach, describe, expect, it } from 'vitest';
import type { PlatformOptions } from '../support/platform/options.ts';
import { Scene, statusesOf } from '../support/platform/scene.ts';

let scene: Scene | null = null;
afterEach(async () => {
  await scene?.close();
  scene = null;
});

async function open(options: Partial<PlatformOptions>): Promise<Scene> {
  scene = await Scene.open(options);
  return scene;
}

/** 48 sends at once to a provider that takes 4 s for each. */
async function send48(options: Partial<PlatformOptions>) {
  const gateway = await open(options);
  const paylinks = await gateway.create(48);
  await gateway.slowDown(4_000);
  const answers = await statusesOf(paylinks.map((id) => gateway.send(id)));
  return { answers, logs: await gateway.settled(48), calls: await gateway.calls(), report: await gateway.report() };
}

/** A send whose caller hangs up while the provider is asked, and its repeat under the same key once the provider has the message. */
async function hangUp(options: Partial<PlatformOptions>) {
  const gateway = await open(options);
  const [paylink = ''] = await gateway.create(1);
  // Long enough for a busy machine to notice the hang-up before the provider answers.
  await gateway.slowDown(6_000);
  const first = gateway.send(paylink);
  await gateway.asked(1);
  first.hangUp();
  await gateway.hungUp(1);
  expect(await first.answer).toBeNull();
  await gateway.delivered(1);
  const logs = await gateway.settled(1);
  const again = await gateway.send(paylink).answer;
  return { logs, again, calls: await gateway.calls() };
}

describe('with six connections for each invocation and each object', () => {
  for (const counts of ['fetches', 'all'] as const) {
    it(`48 concurrent sends to a provider of 4 s are 48 × 200 and 0 UNKNOWN, counting ${counts}`, async () => {
      const { answers, logs, calls } = await send48({ PLATFORM_COUNTS: counts });
      expect({ answers, logs, calls }).toEqual({ answers: { 200: 48 }, logs: { SENT: 48 }, calls: 48 });
    });
  }

  it('48 concurrent sends are 48 × 200 also where every hop takes its time', async () => {
    const { answers, logs } = await send48({ PLATFORM_RPC_MS: 60, PLATFORM_D1_MS: 60 });
    expect({ answers, logs }).toEqual({ answers: { 200: 48 }, logs: { SENT: 48 } });
  });

  it('a caller that hangs up changes nothing', async () => {
    const { logs, again, calls } = await hangUp({});
    expect(logs).toEqual({ SENT: 1 });
    expect(again).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
    expect(calls).toBe(1);
  });

  it('a coordinator that is reset while providers are asked loses no outcome', async () => {
    const gateway = await open({});
    const paylinks = await gateway.create(4);
    await gateway.slowDown(5_000);
    const sends = paylinks.map((id) => gateway.send(id));
    await gateway.asked(4);
    await gateway.reset();
    expect(await statusesOf(sends)).toEqual({ 200: 4 });
    expect(await gateway.settled(4)).toEqual({ SENT: 4 });
    expect(await gateway.calls()).toBe(4);
    expect((await gateway.report()).resets).toBeGreaterThan(0);
  });
});

describe('two gateways that have to fail, or what passes here proves nothing', () => {
  it('one that registers nothing under waitUntil loses the outcome of a send whose caller hangs up', async () => {
    const { logs, again } = await hangUp({ PLATFORM_WAIT_UNTIL: 'ignored' });
    expect(logs).toEqual({ UNKNOWN: 1 });
    expect(again?.status).toBe(202);
  });

  it('one that asks providers inside an object ends sends as UNKNOWN: they wait for its six connections until their time is over', async () => {
    const { logs, report } = await send48({ PLATFORM_SEND: 'object' });
    expect(report.connections.object).toMatchObject({ peak: 6 });
    expect(logs.UNKNOWN).toBeGreaterThan(0);
  });
});
