import { GRANT_MS } from '../../src/paylinks/domain/attempts.ts';
import type { callsOf } from '../support/providers/fake-client.ts';
import type { LogRow, Records } from './records.ts';
import { acceptedIn, type Story } from './story.ts';

export type Call = Awaited<ReturnType<typeof callsOf>>['calls'][number];

export type Verdict = {
  /** A customer got a message twice, or a provider without keys was asked twice. */
  duplicates: string[];
  /** A message or an answer that the record does not bear out. */
  lost: string[];
  /** Providers, D1 and coordinators differ. */
  disagreeing: string[];
  /** Calls that began after their Paylink's cancel was answered 204. */
  afterCancel: string[];
  /** Calls that nobody reported, though nothing was killed while their Worker could live: a reset alone, or a hang-up, lost the outcome. */
  unknownByReset: string[];
  /** Rows of the coordinators' journals that D1 has. */
  leftInJournal: string[];
};

/** What is known besides the calls, the records and the stories. */
export type Watched = {
  /** When the runtime was killed, ms. */
  kills: readonly number[];
  /** Attempts that were UNKNOWN in D1 at some time because nobody reported them; they may have been settled since. */
  unreported: ReadonlyMap<string, LogRow>;
  /** Attempts of which a callback that was answered 200 said that they were delivered. */
  toldDelivered: ReadonlySet<string>;
};

/** How coordinators name a call that nobody reported; what providers are to blame for has other reasons. */
const unreportedReason = 'The gateway was interrupted while the provider was asked.';
export const isUnreported = ({ status, reason }: LogRow): boolean =>
  status === 'UNKNOWN' && reason === unreportedReason;

/** Where nobody noted when a call began: by how much less it may have come after, ms. */
const graceMs = 15_000;

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

type Evidence = {
  verdict: Verdict;
  calls: readonly Call[];
  records: Records;
  stories: readonly Story[];
  logs: ReadonlyMap<string, LogRow>;
  byAttempt: ReadonlyMap<string, Call[]>;
  /** Attempts whose message a provider took. */
  delivered: ReadonlySet<string>;
};

/** Holds what the providers got against what D1, the coordinators and the clients say of it. No I/O. */
export function audit(
  calls: readonly Call[],
  records: Records,
  stories: readonly Story[],
  watched: Watched = { kills: [], unreported: new Map(), toldDelivered: new Set() },
): Verdict {
  const verdict: Verdict = {
    duplicates: [],
    lost: [],
    disagreeing: [],
    afterCancel: [],
    unknownByReset: [],
    leftInJournal: [],
  };
  const evidence: Evidence = {
    verdict,
    calls,
    records,
    stories,
    logs: new Map(records.logs.map((log) => [log.id, log])),
    byAttempt: grouped(calls, ({ attemptId }) => attemptId),
    delivered: new Set(calls.filter((call) => call.delivered).map(({ attemptId }) => attemptId)),
  };
  auditMessages(evidence);
  auditKeys(evidence);
  auditAttempts(evidence);
  auditCoordinators(evidence);
  for (const story of stories) auditStory(evidence, story);
  auditCancels(evidence);
  auditUnreported(evidence, watched);
  return verdict;
}

/** By the providers alone: nobody gets more messages than were meant, and no provider without keys is asked twice. */
function auditMessages({ verdict, calls, stories, byAttempt }: Evidence): void {
  const taken = grouped(
    calls.filter((call) => call.delivered),
    ({ to }) => to,
  );
  for (const { scenario } of stories) {
    const recipients = { EMAIL: scenario.email, SMS: `+1${scenario.phone}` };
    for (const channel of ['EMAIL', 'SMS'] as const) {
      const meant = scenario.intents.filter(({ channels }) => channels.includes(channel)).length;
      const got = taken.get(recipients[channel])?.length ?? 0;
      if (got > meant) verdict.duplicates.push(`${recipients[channel]} got ${got} messages, ${meant} were meant`);
    }
  }
  for (const [attempt, asked] of byAttempt) {
    const [first] = asked;
    if (first && first.provider !== 'resend' && asked.length > 1) {
      verdict.duplicates.push(`${first.provider} was asked ${asked.length} times for attempt ${attempt}`);
    }
  }
}

/** With the records: one message for each key and channel, and none without an operation. */
function auditKeys({ verdict, calls, records, logs }: Evidence): void {
  const operations = new Map(records.operations.map((operation) => [operation.id, operation]));
  const messages = new Map<string, number>();
  for (const call of calls) {
    const log = call.delivered ? logs.get(call.attemptId) : undefined;
    if (!log) continue;
    const operation = operations.get(log.operationId);
    const key = operation?.key ?? null;
    if (key === null) {
      const what = `message ${call.messageId} of attempt ${call.attemptId} (${log.status})`;
      verdict.lost.push(
        `${what} belongs to ${operation ? `a ${operation.state} operation without a key` : 'no operation'}`,
      );
      continue;
    }
    const intent = `${log.paylinkId} ${key} ${log.channel}`;
    messages.set(intent, (messages.get(intent) ?? 0) + 1);
  }
  for (const [intent, count] of messages) if (count > 1) verdict.duplicates.push(`${intent}: ${count} messages`);
}

function auditAttempts({ verdict, byAttempt, delivered, records, logs }: Evidence): void {
  for (const [attempt, [call]] of byAttempt) {
    const log = logs.get(attempt);
    if (!log) verdict.lost.push(`${call?.provider} was asked for attempt ${attempt}, which D1 does not show`);
    else if (log.provider !== call?.provider) {
      verdict.disagreeing.push(`attempt ${attempt} went to ${call?.provider}, D1 says ${log.provider}`);
    }
  }
  for (const log of records.logs) {
    const taken = delivered.has(log.id);
    if (log.status === 'PENDING') verdict.disagreeing.push(`attempt ${log.id} is PENDING for ever`);
    if (log.status === 'FAILED' && taken) verdict.lost.push(`attempt ${log.id} was delivered, D1 says FAILED`);
    if ((log.status === 'SENT' || log.status === 'DELIVERED') && !taken) {
      verdict.lost.push(`attempt ${log.id} was not delivered, D1 says ${log.status}`);
    }
  }
}

function auditCoordinators({ verdict, records, logs }: Evidence): void {
  const paylinks = new Map(records.paylinks.map((paylink) => [paylink.id, paylink]));
  const events = new Set(records.events.map(({ id }) => id));
  for (const { head, deliveryLogs, events: written, isHeld } of records.changes) {
    const stored = paylinks.get(head.id);
    if (stored && stored.version >= head.version && !isHeld) {
      verdict.leftInJournal.push(`${head.id}: D1 has version ${stored.version}, the journal ${head.version}`);
    }
    const isMemo = stored !== undefined && (head.memo === undefined || stored.memo === head.memo);
    const same =
      stored !== undefined &&
      (stored.version > head.version || (stored.version === head.version && stored.status === head.status && isMemo));
    if (!same) verdict.disagreeing.push(`${head.id}: the coordinator is at ${head.version}, D1 at ${stored?.version}`);
    for (const log of deliveryLogs) {
      const row = logs.get(log.id);
      if (!row || row.version < log.version || (row.version === log.version && row.status !== log.status)) {
        verdict.disagreeing.push(`attempt ${log.id}: the coordinator says ${log.status}, D1 ${row?.status}`);
      }
    }
    for (const { id } of written) if (!events.has(id)) verdict.disagreeing.push(`D1 does not have event ${id}`);
  }
  for (const { id, state } of records.operations) {
    if (state === 'running') verdict.disagreeing.push(`operation ${id} is running for ever`);
  }
}

function auditStory({ verdict, records, delivered, logs, calls }: Evidence, story: Story): void {
  verdict.disagreeing.push(...story.complaints);
  const { scenario, paylinkId } = story;
  const created = records.paylinks.filter(({ createKey }) => createKey === scenario.createKey);
  if (created.length !== 1) verdict.duplicates.push(`${scenario.createKey} made ${created.length} Paylinks`);
  const [paylink] = created;
  if (paylink?.id !== paylinkId) verdict.lost.push(`${paylinkId} was answered, D1 has ${paylink?.id}`);
  if (story.memo !== null && !laterMemos(story).includes(paylink?.memo ?? '')) {
    verdict.lost.push(`${paylinkId}: the update to "${story.memo}" was answered, D1 has "${paylink?.memo}"`);
  }
  if (story.canceledAt !== null && paylink?.status !== 'CANCELED') {
    verdict.lost.push(`${paylinkId} was canceled, D1 says ${paylink?.status}`);
  }
  for (const orderId of story.paid) {
    const isStored = records.orders.some((order) => order.paylinkId === paylinkId && order.id === orderId);
    if (!isStored) verdict.lost.push(`${paylinkId}: the payment ${orderId} was answered, D1 does not have it`);
  }
  for (const { intent, ends } of story.sends) {
    const operation = records.operations.find((one) => one.paylinkId === paylinkId && one.key === intent.key);
    const attempts = records.logs.filter(({ operationId }) => operationId === operation?.id);
    for (const end of ends) {
      const what = `${paylinkId} ${intent.key}`;
      if (end.kind === 'sent' && !attempts.some(({ id }) => delivered.has(id))) {
        verdict.lost.push(`${what} was answered "sent", no provider delivered it`);
      }
      if (end.kind === 'pending' && attempts.length === 0) verdict.lost.push(`${what} was answered 202 and forgotten`);
      if (end.kind !== 'sent' && end.kind !== 'pending') continue;
      for (const log of acceptedIn(end.body)) {
        // Attempts side by side make messages that look the same; which is whose the provider does not say.
        const taken = calls.some((call) => call.delivered && call.messageId === log.messageId);
        if (!taken || logs.get(log.deliveryLogId)?.acceptedAt === null) {
          verdict.lost.push(`${what}: the answer says that ${log.provider} took ${log.messageId}`);
        }
      }
    }
  }
}

/** What the memo may be at the end: the last that was answered, or one that was asked for after it. */
const laterMemos = ({ scenario, memo }: Story) => scenario.memos.slice(scenario.memos.indexOf(memo ?? ''));

function auditCancels({ verdict, stories, byAttempt, records }: Evidence): void {
  const canceled = new Map(stories.map(({ paylinkId, canceledAt }) => [paylinkId, canceledAt]));
  for (const { id, paylinkId } of records.logs) {
    const at = canceled.get(paylinkId) ?? null;
    for (const call of byAttempt.get(id) ?? []) {
      const began = call.begunAt ?? call.at - graceMs;
      if (at !== null && began > at) {
        verdict.afterCancel.push(`${call.provider} was asked for ${paylinkId} ${began - at} ms after its cancel's 204`);
      }
    }
  }
}

/** A Worker lives for less than a grant lasts: what it was asking before the kill went with it. */
function auditUnreported({ verdict, records, logs }: Evidence, { kills, unreported, toldDelivered }: Watched): void {
  const seen = new Map([...unreported, ...records.logs.filter(isUnreported).map((log) => [log.id, log] as const)]);
  for (const { id, createdAt, provider, paylinkId } of seen.values()) {
    if (kills.some((at) => at >= createdAt && at <= createdAt + GRANT_MS)) continue;
    verdict.unknownByReset.push(`${provider}'s attempt ${id} of ${paylinkId}, granted at ${createdAt}`);
  }
  for (const id of toldDelivered) {
    const status = logs.get(id)?.status;
    if (status !== 'DELIVERED') verdict.lost.push(`the callback that ${id} was delivered: D1 says ${status}`);
  }
}
