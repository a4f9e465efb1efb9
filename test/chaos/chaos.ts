import { type PlatformOptions, platformVariables, resetLine } from '../support/platform/options.ts';
import { calmDown, sweep } from '../support/platform/report.ts';
import { behave, callsOf } from '../support/providers/fake-client.ts';
import { fakeVariables } from '../support/providers/fake-credentials.ts';
import { startFakeProviders } from '../support/providers/fake-providers.ts';
import { audit, type Call, isUnreported, type Verdict } from './audit.ts';
import { Callbacks } from './callbacks.ts';
import { calm } from './calm.ts';
import { Client } from './client.ts';
import { visit } from './play.ts';
import { type LogRow, type Records, readRecords } from './records.ts';
import { Runtime } from './runtime.ts';
import { type Aftermath, type Storm, storm } from './storm.ts';

export type Report = {
  verdict: Verdict;
  calls: Call[];
  records: Records;
  aftermath: Aftermath;
  /** How often a coordinator was reset. */
  resets: number;
  /** Callbacks that were answered 200. */
  callbacks: number;
  seconds: number;
  said: string;
};

/** Providers are given up on early: a run has hundreds of time-outs. Not so early that a busy machine makes one of every call. */
const variables = {
  EMAIL_PROVIDERS: 'mailchannels,resend',
  SMS_PROVIDERS: 'twilio,telnyx',
  PROVIDER_TIMEOUT_MS: '1000',
  RATE_LIMIT_REQUESTS: '1000000',
};

/** `platform`: with the platform's manners, and these; null: as the local runtime does it. */
export type Plan = Storm & { settled: boolean; platform: Partial<PlatformOptions> | null };

/**
 * A storm, the calm after it, and the audit of what is left. `settled`: wait until the alarms have looked into what is unknown.
 * @throws Error when the gateway hangs or does not come up
 */
export async function chaos(plan: Plan, tell: (line: string) => void = () => {}): Promise<Report> {
  const began = Date.now();
  const callbacks = new Callbacks(plan.seed);
  const fakes = await startFakeProviders(0, (call) => void callbacks.tell(call));
  const manners = plan.platform ? platformVariables(plan.platform) : {};
  const entry = plan.platform ? 'platform' : 'gateway';
  const runtime = await Runtime.prepare({ ...variables, ...manners, ...fakeVariables(fakes.url) }, entry);
  try {
    await runtime.start();
    const aftermath = await storm(runtime, fakes.url, plan, tell);
    const { stories } = aftermath;
    tell(
      `the storm is over after ${seconds(began)} s: ${aftermath.sends} sends, ${aftermath.kills.length} kills; now the alarms finish what is left, at most 5 min`,
    );
    await behave(fakes.url, { provider: '*', behaviours: ['ok'], as: 'mode' });
    if (plan.platform) await calmDown(runtime.url);
    const unreported = new Map<string, LogRow>();
    const look = ({ logs }: Records) => {
      for (const log of logs) if (isUnreported(log)) unreported.set(log.id, log);
    };
    const left = await calm(runtime.state, plan.settled, look);
    if (plan.platform) await sweep(runtime.url);
    tell(`calm after ${seconds(began)} s`);
    const client = new Client(runtime.url);
    const visiting = [...stories];
    const visitNext = async () => {
      for (let story = visiting.pop(); story; story = visiting.pop()) await visit(client, story);
    };
    await Promise.all(Array.from({ length: plan.clients }, visitNext));
    const leftByVisits = await calm(runtime.state, false);
    await runtime.kill();
    const records = readRecords(runtime.state);
    const { calls } = await callsOf(fakes.url);
    const toldDelivered = plan.platform ? callbacks.toldDelivered : new Set<string>();
    const verdict = audit(calls, records, stories, { kills: aftermath.kills, unreported, toldDelivered });
    for (const undone of [left, leftByVisits]) if (undone) verdict.disagreeing.push(`left undone: ${undone}`);
    const resets = runtime.said.split(resetLine).length - 1;
    return {
      verdict,
      calls,
      records,
      aftermath,
      resets,
      callbacks: callbacks.count,
      seconds: seconds(began),
      said: runtime.said,
    };
  } finally {
    await runtime.dispose();
    await fakes.close();
  }
}

const seconds = (since: number) => Math.round((Date.now() - since) / 1000);
