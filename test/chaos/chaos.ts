import { type PlatformOptions, platformVariables, resetLine } from '../support/platform/options.ts';
import { calmDown } from '../support/platform/report.ts';
import { behave, callsOf } from '../support/providers/fake-client.ts';
import { fakeVariables } from '../support/providers/fake-credentials.ts';
import { startFakeProviders } from '../support/providers/fake-providers.ts';

import { audit, type Call, type RetryDecision } from './audit.ts';
import { calm } from './calm.ts';
import { Client } from './client.ts';
import { visit } from './play.ts';
import { type Records, readRecords } from './records.ts';
import { Runtime } from './runtime.ts';
import { type Aftermath, type Storm, storm } from './storm.ts';

export type Report = {
  verdict: RetryDecision;
  calls: Call[];
  records: Records;
  aftermath: Aftermath;
  /** How often a coordinator was reset. */
  resets: number;
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
  const fakes = await startFakeProviders();
  const manners = plan.platform ? platformVariables(plan.platform) : {};
  const entry = plan.platform ? 'platform' : 'gateway';
  const runtime = await Runtime.prepare({ ...variables, ...manners, ...fakeVariables(fakes.url) }, entry);
  try {
    await runtime.start();
    const aftermath = await storm(runtime, fakes.url, plan, tell);
    const { stories } = aftermath;
    tell(
      `the storm is over after ${seconds(began)} s: ${aftermath.sends} sends, ${aftermath.kills} kills; now the alarms finish what is left, at most 5 min`,
    );
    await behave(fakes.url, { provider: '*', behaviours: ['ok'], as: 'mode' });
    if (plan.platform) await calmDown(runtime.url);
    const left = await calm(runtime.state, plan.settled);
    tell(`calm after ${seconds(began)} s`);
    const client = new Client(runtime.url);
    const visiting = [...stories];
    const visitNext = async () => {
      for (let story = visiting.pop(); story; story = visiting.pop()) await visit(client, story);
    };
    await Promise.all(Array.from({ length: plan.clients }, visitNext));
    await runtime.kill();
    const records = readRecords(runtime.state);
    const { calls } = await callsOf(fakes.url);
    const verdict = audit(calls, records, stories);
    if (left !== null) verdict.disagreeing.push(`left undone: ${left}`);
    const resets = runtime.said.split(resetLine).length - 1;
    return { verdict, calls, records, aftermath, resets, seconds: seconds(began), said: runtime.said };
  } finally {
    await runtime.dispose();
    await fakes.close();
  }
}

const seconds = (since: number) => Math.round((Date.now() - since) / 1000);
