import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isUnavailable } from '../../src/lib/unavailable.ts';
import { failCoordinators } from '../support/faults.ts';
import { seedMerchant } from '../support/merchants.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a promise rejects with. */
const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const ask = (sql: string) => thrownBy(env.DB.prepare(sql).all());

describe('a fault that may be over at the next try', () => {
  it.each(['SELECT * FROM gone_table', 'SELECT gone_column FROM (SELECT 1 AS one)'])(
    'is what D1 throws for %s',
    async (sql) => {
      expect(isUnavailable(await ask(sql))).toBe(true);
    },
  );

  it.each([
    'D1_ERROR: database is locked: SQLITE_BUSY',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
    'Network connection lost.',
    'internal error; reference = 0123456789abcdef',
  ])('is "%s"', (message) => {
    expect(isUnavailable(new Error(message))).toBe(true);
  });

  it.each(['retryable', 'overloaded', 'remote', 'durableObjectReset'])(
    'is what the runtime marks as %s of an object',
    (mark) => {
      expect(isUnavailable(Object.assign(new Error('lost'), { [mark]: true }))).toBe(true);
    },
  );

  it('is what an object throws across its RPC boundary', async () => {
    failCoordinators('ping');
    const stub = env.COORDINATOR.get(env.COORDINATOR.idFromName('paylinks-0'));
    const thrown = await thrownBy(stub.ping());
    expect([thrown instanceof Error, isUnavailable(thrown)]).toEqual([true, true]);
  });
});

describe('a bug is not', () => {
  it.each(["INSERT INTO merchants (id) VALUES ('x')", 'SELEC 1', 'SELECT ?1, ?2', 'SELECT zeroblob(20000000)'])(
    'a statement that D1 will never take: %s',
    async (sql) => {
      await seedMerchant();
      expect(isUnavailable(await ask(sql))).toBe(false);
    },
  );

  it('a value of a type that D1 does not know', async () => {
    const bound = async () => env.DB.prepare('SELECT ?1').bind({}).all();
    expect(isUnavailable(await thrownBy(bound()))).toBe(false);
  });

  it.each([new TypeError('x is not a function'), 'a text', null])('an exception of this code: %s', (thrown) => {
    expect(isUnavailable(thrown)).toBe(false);
  });
});
