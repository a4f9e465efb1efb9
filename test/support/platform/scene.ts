import { setTimeout as pause } from 'node:timers/promises';
import { demoMerchants } from '../../../src/local/demo.ts';
import { Client } from '../../chaos/client.ts';
import { type LogRow, readRecords } from '../../chaos/records.ts';
import { Runtime } from '../../chaos/runtime.ts';
import { behave, callsOf } from '../providers/fake-client.ts';
import { fakeVariables } from '../providers/fake-credentials.ts';
import { startFakeProviders } from '../providers/fake-providers.ts';
import { type Call, call } from './caller.ts';
import { type PlatformOptions, platformVariables } from './options.ts';
import { reportOf, resetAll } from './report.ts';

/** Nothing is waited for longer, ms. */
const patienceMs = 60_000;
const bearer = demoMerchants[0]?.credentials.find(({ scheme }) => scheme === 'bearer')?.secret ?? '';

/** A provider without idempotency keys: whatever is asked twice is sent twice. */
const variables = {
  EMAIL_PROVIDERS: 'mailchannels',
  SMS_PROVIDERS: 'twilio',
  PROVIDER_TIMEOUT_MS: '10000',
  RATE_LIMIT_REQUESTS: '1000000',
};

/** The gateway with the platform's manners, a provider that takes its time, and Paylinks to send. */
export class Scene {
  readonly #fakes: Awaited<ReturnType<typeof startFakeProviders>>;
  readonly #runtime: Runtime;
  #made = 0;

  private constructor(fakes: Awaited<ReturnType<typeof startFakeProviders>>, runtime: Runtime) {
    this.#fakes = fakes;
    this.#runtime = runtime;
  }

  /** @param coordinators one by default, so that all sends meet in it */
  static async open(options: Partial<PlatformOptions>, coordinators = 1): Promise<Scene> {
    const fakes = await startFakeProviders();
    const manners = { ...platformVariables(options), COORDINATORS: String(coordinators) };
    const runtime = await Runtime.prepare({ ...variables, ...manners, ...fakeVariables(fakes.url) }, 'platform');
    await runtime.start();
    return new Scene(fakes, runtime);
  }

  async close(): Promise<void> {
    await this.#runtime.dispose();
    await this.#fakes.close();
  }

  /** From now on the provider answers after so many ms, and takes the message then. */
  async slowDown(ms: number): Promise<void> {
    await behave(this.#fakes.url, { provider: '*', behaviours: [{ kind: 'slow', ms }], as: 'mode' });
  }

  /** @returns ids of new Paylinks, created so many at a time */
  async createMany(count: number, atOnce: number): Promise<string[]> {
    const ids: string[] = [];
    while (ids.length < count) ids.push(...(await this.create(Math.min(atOnce, count - ids.length))));
    return ids;
  }

  /** @returns ids of new Paylinks */
  create(count: number): Promise<string[]> {
    const client = new Client(this.#runtime.url);
    const one = async () => {
      this.#made += 1;
      const email = `platform-${this.#made}@chaos.example`;
      const key = `create-${this.#made}`;
      return (await client.create({ createKey: key, email, phone: '2023000001' })).paylinkId;
    };
    return Promise.all(Array.from({ length: count }, one));
  }

  /** Sends a Paylink by email, always under the same key. */
  send(paylinkId: string): Call {
    return call(`${this.#runtime.url}/${paylinkId}/send`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
        'idempotency-key': `send-${paylinkId}`,
      },
      body: JSON.stringify({ sendEmail: true, sendSms: false }),
    });
  }

  /** Waits until the provider has been asked so often. */
  async asked(count: number): Promise<void> {
    await reaches(count, async () => (await callsOf(this.#fakes.url)).count);
  }

  /** Waits until the provider has taken so many messages. */
  async delivered(count: number): Promise<void> {
    await reaches(count, async () => (await callsOf(this.#fakes.url)).delivered);
  }

  /** Waits until the harness has seen so many callers hang up. */
  async hungUp(count: number): Promise<void> {
    await reaches(count, async () => (await this.report()).hungUp);
  }

  /** Waits until D1 has so many attempts, or more, that are not PENDING. @returns their statuses, and how often each */
  async settled(count: number): Promise<Record<string, number>> {
    const logs = () => readRecords(this.#runtime.state).logs.filter(({ status }) => status !== 'PENDING');
    await reaches(count, async () => logs().length);
    return counted(logs());
  }

  /** Waits until D1 has so many attempts, or more, that are SENT, and none that is PENDING. @returns their statuses, and how often each */
  async quiet(sent: number): Promise<Record<string, number>> {
    const logs = () => readRecords(this.#runtime.state).logs;
    await reaches(sent, async () =>
      logs().some(({ status }) => status === 'PENDING') ? -1 : (counted(logs()).SENT ?? 0),
    );
    return counted(logs());
  }

  calls = async () => (await callsOf(this.#fakes.url)).count;
  report = () => reportOf(this.#runtime.url);
  reset = () => resetAll(this.#runtime.url);
}

/** Waits until there are so many or more. @throws Error when there are not within a minute */
async function reaches(wanted: number, count: () => Promise<number>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await pause(20)) {
    const is = await count();
    if (is >= wanted) return;
    if (Date.now() > deadline) throw new Error(`it is ${is}, not ${wanted}`);
  }
}

function counted(logs: readonly LogRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of logs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** How often each status was answered; 0: not at all. */
export async function statusesOf(calls: readonly Call[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const answer of await Promise.all(calls.map((one) => one.answer))) {
    counts[answer?.status ?? 0] = (counts[answer?.status ?? 0] ?? 0) + 1;
  }
  return counts;
}
