import { expect, it } from 'vitest';
import { audit, type Call, type Verdict } from '../chaos/audit.ts';
import { scenarioOf } from '../chaos/plan.ts';
import type { LogRow, Records } from '../chaos/records.ts';
import type { Story } from '../chaos/story.ts';

const intent = { key: 'k', channels: ['EMAIL' as const], surfaces: ['rest' as const], callers: 1, wait: 0 };
const scenario = { ...scenarioOf('audit', 1), intents: [intent], memos: ['m'], cancelAfterMs: null };

/** One email, sent and written down as it should be. */
function peace() {
  const call: Call = {
    provider: 'mailchannels',
    attemptId: 'a',
    to: scenario.email,
    from: 'pay@example.com',
    subject: 's',
    text: 't',
    html: 'h',
    link: null,
    idempotencyKey: null,
    traceparent: null,
    behaviour: 'ok',
    delivered: true,
    messageId: 'm-1',
    problem: null,
    at: 1_000,
    begunAt: 990,
  };
  const log = {
    id: 'a',
    paylinkId: 'p',
    operationId: 'o',
    channel: 'EMAIL' as const,
    status: 'SENT',
    provider: 'mailchannels',
    messageId: 'm-1',
    acceptedAt: 1_100,
    reason: null,
    createdAt: 900,
    version: 3,
  };
  const body = {
    paylinkId: 'p',
    status: 'SENT',
    memo: 'm',
    deliveryLogs: [
      {
        deliveryLogId: 'a',
        deliveryMethod: 'EMAIL' as const,
        status: 'SENT',
        messageId: 'm-1',
        provider: 'mailchannels',
      },
    ],
  };
  const head = { id: 'p', version: 4, status: 'SENT', memo: 'm' };
  const records: Records = {
    paylinks: [{ ...head, createKey: scenario.createKey }],
    logs: [log],
    events: [{ id: 'e', paylinkId: 'p', type: 'SENT', newValue: null }],
    operations: [{ id: 'o', paylinkId: 'p', key: 'k', state: 'done', tries: 0 }],
    orders: [{ paylinkId: 'p', id: 'part-0' }],
    changes: [],
  };
  const sent = { kind: 'sent' as const, body, replayed: false };
  const story: Story = {
    scenario,
    paylinkId: 'p',
    sends: [{ intent, ends: [sent] }],
    canceledAt: null,
    paid: ['part-0'],
    memo: 'm',
    complaints: [],
  };
  /** What a coordinator keeps that D1 does not have. */
  const behind = { head: { ...head, version: 5 }, deliveryLogs: [log], events: [{ id: 'e-2' }] };
  const watched = { kills: [500], unreported: new Map<string, LogRow>(), toldDelivered: new Set<string>() };
  const [paylink] = records.paylinks;
  const [operation] = records.operations;
  return { calls: [call], call, records, log, story, paylink, operation, behind, watched };
}

type Scene = ReturnType<typeof peace>;

it('finds nothing to complain of in peace', () => {
  const { calls, records, story, watched } = peace();
  expect(audit(calls, records, [story], watched)).toEqual({
    duplicates: [],
    lost: [],
    disagreeing: [],
    afterCancel: [],
    unknownByReset: [],
    leftInJournal: [],
  });
});

/** As the alarm writes down an attempt that nobody reported. */
const unreported = {
  status: 'UNKNOWN',
  reason: 'The gateway was interrupted while the provider was asked.',
  acceptedAt: null,
};

const faults: [kind: keyof Verdict, what: string, plant: (scene: Scene) => void][] = [
  ['duplicates', 'a message sent twice in one attempt', ({ calls, call }) => calls.push({ ...call, messageId: 'm-2' })],
  ['duplicates', 'a second message', ({ calls, call }) => calls.push({ ...call, attemptId: 'b', messageId: 'm-2' })],
  ['duplicates', 'a provider asked twice', ({ calls, call }) => calls.push({ ...call, delivered: false })],
  ['lost', 'a message that D1 does not show', ({ records }) => records.logs.splice(0)],
  ['lost', 'a message that D1 calls FAILED', ({ log }) => Object.assign(log, { status: 'FAILED' })],
  ['lost', 'a message that nobody took', ({ call }) => Object.assign(call, { delivered: false })],
  ['lost', 'a message without an operation', ({ records }) => records.operations.splice(0)],
  ['lost', 'an update that was answered', ({ paylink }) => Object.assign(paylink ?? {}, { memo: null })],
  ['lost', 'a cancel that was answered', ({ story }) => Object.assign(story, { canceledAt: 2_000 })],
  ['lost', 'a payment that was answered', ({ records }) => records.orders.splice(0)],
  ['lost', 'a callback that was answered', ({ watched, log }) => watched.toldDelivered.add(log.id)],
  ['disagreeing', 'an attempt PENDING for ever', ({ log }) => Object.assign(log, { status: 'PENDING' })],
  ['disagreeing', 'another provider', ({ log }) => Object.assign(log, { provider: 'resend' })],
  [
    'disagreeing',
    'an operation running for ever',
    ({ operation }) => Object.assign(operation ?? {}, { state: 'running' }),
  ],
  ['disagreeing', 'a Paylink that D1 has as it was', ({ records, behind }) => records.changes.push(behind)],
  [
    'disagreeing',
    'an event that D1 does not have',
    ({ records, behind, paylink }) => {
      Object.assign(paylink ?? {}, { version: 5 });
      records.changes.push(behind);
    },
  ],
  ['afterCancel', 'a call that began after a cancel’s 204', ({ story }) => Object.assign(story, { canceledAt: 989 })],
  [
    'afterCancel',
    'a call long after a cancel’s 204 where nobody noted when it began',
    ({ story, call }) => {
      Object.assign(story, { canceledAt: call.at - 15_001 });
      Object.assign(call, { begunAt: null });
    },
  ],
  ['unknownByReset', 'a call that nobody reported', ({ log }) => Object.assign(log, unreported)],
  [
    'unknownByReset',
    'a call that nobody reported and that was settled since',
    ({ log, watched }) => watched.unreported.set(log.id, { ...log, ...unreported }),
  ],
  [
    'leftInJournal',
    'a row that D1 has',
    ({ records, behind }) => records.changes.push({ ...behind, head: { ...behind.head, version: 4 } }),
  ],
];

it.each(faults)('finds %s: %s', (kind, _, plant) => {
  const scene = peace();
  plant(scene);
  expect(audit(scene.calls, scene.records, [scene.story], scene.watched)[kind]).not.toEqual([]);
});

const excuses: [kind: keyof Verdict, what: string, plant: (scene: Scene) => void][] = [
  [
    'afterCancel',
    'a call that began before a cancel’s 204 and came after it',
    ({ story }) => Object.assign(story, { canceledAt: 995 }),
  ],
  [
    'unknownByReset',
    'a call that nobody reported, as its Worker was killed',
    ({ log, watched }) => {
      Object.assign(log, unreported);
      watched.kills.push(log.createdAt + 10);
    },
  ],
  [
    'unknownByReset',
    'an outcome that a provider left unknown',
    ({ log }) => Object.assign(log, { ...unreported, reason: 'The provider did not answer in time.' }),
  ],
];

it.each(excuses)('does not hold against %s: %s', (kind, _, plant) => {
  const scene = peace();
  plant(scene);
  expect(audit(scene.calls, scene.records, [scene.story], scene.watched)[kind]).toEqual([]);
});
