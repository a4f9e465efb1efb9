import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, merchantApi } from '../support/api.ts';
import { createBody } from '../support/verbs.ts';

const at = (count: number, ask: (n: number) => Promise<Response>) =>
  Promise.all(Array.from({ length: count }, (_, n) => ask(n)));
const statuses = (answers: Response[]) => [...new Set(answers.map(({ status }) => status))];

// Requests of one isolate share the load of a credential, and the runtime cancels requests that seem to hang: none may be lost.
describe('a burst of requests', () => {
  let api: Api;
  let ids: string[];

  beforeAll(async () => {
    api = await merchantApi({ rateLimitRequests: 1_000 });
  });

  it('creates every Paylink, with a key that the isolate has not loaded yet', async () => {
    const created = await at(40, () => api.call('POST', '/', createBody(api.merchant.id)));
    expect(statuses(created)).toEqual([201]);
    ids = await Promise.all(created.map(async (answer) => (await answer.json<{ paylinkId: string }>()).paylinkId));
    expect(new Set(ids).size).toBe(40);
  });

  it('reads each Paylink for its own request', async () => {
    const read = await at(40, (n) => api.call('GET', `/${ids[n]}`));
    expect(statuses(read)).toEqual([200]);
    const bodies = await Promise.all(read.map((answer) => answer.json<{ paylinkId: string }>()));
    expect(bodies.map(({ paylinkId }) => paylinkId)).toEqual(ids);
  });

  it('sends each Paylink once, and counts each send', async () => {
    const before = remaining(await api.call('GET', `/${ids[0]}`));
    const sent = await at(40, (n) => api.call('PATCH', `/${ids[n]}/send`, { sendEmail: true, sendSms: false }));
    expect(statuses(sent)).toEqual([200]);
    const bodies = await Promise.all(
      sent.map((answer) => answer.json<{ paylinkId: string; deliveryLogs: object[] }>()),
    );
    expect(bodies.map(({ paylinkId, deliveryLogs }) => [paylinkId, deliveryLogs.length])).toEqual(
      ids.map((id) => [id, 1]),
    );
    expect(before - remaining(await api.call('GET', `/${ids[0]}`))).toBe(41);
  });

  it('of several merchants is counted apart', async () => {
    const others = await Promise.all([
      merchantApi({ rateLimitRequests: 100 }),
      merchantApi({ rateLimitRequests: 100 }),
    ]);
    const read = await at(40, (n) => (others[n % 2] ?? api).call('GET', `/${ids[n]}`));
    expect(statuses(read)).toEqual([404]);
    expect(new Set(read.map(remaining))).toEqual(new Set(Array.from({ length: 20 }, (_, n) => 99 - n)));
  });
});

const remaining = (answer: Response): number => Number(/;r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
