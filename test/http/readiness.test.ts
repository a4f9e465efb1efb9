import { applyD1Migrations, reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MerchantGate } from '../../src/admission/merchant-limiter.ts';
import { configOf } from '../../src/env.ts';
import { partsNotReady } from '../../src/http/readiness.ts';
import { PaylinkCoordinator } from '../../src/paylinks/coordinator/coordinator.ts';
import { request } from '../support/api.ts';
import { failCoordinators, lockedDatabase } from '../support/faults.ts';

const notReady = (bindings = env) => partsNotReady(bindings, configOf(bindings));
const failGates = () =>
  vi.spyOn(MerchantGate.prototype, 'ping').mockImplementation(() => {
    throw new Error('the limiter’s storage failed');
  });

/** What an isolate was told last is forgotten between tests. */
let now = Date.now();
beforeEach(async () => {
  await reset();
  now += 60_000;
  vi.useFakeTimers({ toFake: ['Date'], now });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('/readyz', () => {
  it('is a 200 where D1, a limiter and a coordinator answer', async () => {
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    const answer = await request('GET', '/readyz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('is a 503 with Retry-After that names what is not ready and gives no details', async () => {
    failCoordinators('ping');
    const answer = await request('GET', '/readyz');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    const body: object = await answer.json();
    expect(body).toMatchObject({ code: 'unavailable', detail: 'Not ready: d1, coordinator.' });
    expect(JSON.stringify(body)).not.toMatch(/no such table|storage failed/);
  });

  it('asks at most every 5 s, however often it is asked', async () => {
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    const pinged = vi.spyOn(PaylinkCoordinator.prototype, 'ping');
    await Promise.all(Array.from({ length: 20 }, () => request('GET', '/readyz')));
    vi.setSystemTime(now + 4_999);
    await request('GET', '/readyz');
    expect(pinged).toHaveBeenCalledTimes(1);
    vi.setSystemTime(now + 5_000);
    await request('GET', '/readyz');
    expect(pinged).toHaveBeenCalledTimes(2);
  });
});

describe('D1 is ready', () => {
  it('with the schema of this release, not with an older one', async () => {
    // 0006 was the last to add a column; what only changes rows does not show.
    const older = env.TEST_MIGRATIONS.filter(({ name }) => name < '0006');
    await applyD1Migrations(env.DB, older);
    expect(await notReady()).toEqual(['d1']);
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    expect(await notReady()).toEqual([]);
  });

  it('with a newer schema that only adds, not with one that took something away', async () => {
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    await env.DB.exec('ALTER TABLE paylinks ADD COLUMN colour TEXT');
    await env.DB.exec('CREATE TABLE colours (name TEXT)');
    expect(await notReady()).toEqual([]);
    await env.DB.exec('ALTER TABLE paylinks DROP COLUMN memo');
    expect(await notReady()).toEqual(['d1']);
  });

  it('not while it is locked', async () => {
    expect(await notReady({ ...env, DB: lockedDatabase() })).toEqual(['d1']);
  });
});

describe('an object is ready', () => {
  beforeEach(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

  it('not when it throws', async () => {
    failGates();
    expect(await notReady()).toEqual(['gate']);
    failCoordinators('ping');
    expect(await notReady()).toEqual(['gate', 'coordinator']);
  });

  it('when it runs the release before, which knows no `ping` but answers', async () => {
    const unknown = new TypeError('The RPC receiver does not implement the method "ping".');
    vi.spyOn(PaylinkCoordinator.prototype, 'ping').mockRejectedValue(unknown);
    expect(await notReady()).toEqual([]);
  });

  it('and a limiter that is only asked stores nothing', async () => {
    await notReady();
    const stored = await runInDurableObject(env.GATE.get(env.GATE.idFromName('readyz')), (_, { storage }) =>
      storage.sql.exec('SELECT name FROM sqlite_master').toArray(),
    );
    expect(stored).toEqual([]);
  });
});
