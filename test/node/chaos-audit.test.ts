import { expect, it } from 'vitest';
import { audit, type Call } from '../chaos/audit.ts';
import { scenarioOf } from '../chaos/plan.ts';
import type { Records } from '../chaos/records.ts';
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
    changes: [{ head, deliveryLogs: [log], events: [{ id: 'e' }] }],
  };
  const sent = { kind: 'sent' as const, body, replayed: false };
  const story: Story = {
    scenario,
    paylinkId: 'p',
    sends: [{ intent, ends: [sent] }],
    canceledAt: null,
    memo: 'm',
    complaints: [],
  };
  return { calls: [call], call, records, log, story, paylink: records.paylinks[0], operation: records.operations[0] };
}

type Scene = ReturnType<typeof peace>;

it('finds nothing to complain of in peace', () => {
  const { calls, records, story } = peace();
  expect(audit(calls, records, [story])).toEqual({ duplicates: [], lost: [], disagreeing: [] });
});

const faults: [kind: 'duplicates' | 'lost' | 'disagreeing', what: string, plant: (scene: Scene) => void][] = [
  ['duplicates', 'a message sent twice in one attempt', ({ calls, call }) => calls.push({ ...call, messageId: 'm-2' })],
  ['duplicates', 'a second message', ({ calls, call }) => calls.push({ ...call, attemptId: 'b', messageId: 'm-2' })],
  ['duplicates', 'a provider asked twice', ({ calls, call }) => calls.push({ ...call, delivered: false })],
  ['duplicates', 'a call after a cancel', ({ story, call }) => Object.assign(story, { canceledAt: call.at - 60_000 })],
  ['lost', 'a message that D1 does not show', ({ records }) => records.logs.splice(0)],
  ['lost', 'a message that D1 calls FAILED', ({ log }) => Object.assign(log, { status: 'FAILED' })],
  ['lost', 'a message that nobody took', ({ call }) => Object.assign(call, { delivered: false })],
  ['lost', 'a message without an operation', ({ records }) => records.operations.splice(0)],
  ['lost', 'an update that was answered', ({ paylink }) => Object.assign(paylink ?? {}, { memo: null })],
  ['lost', 'a cancel that was answered', ({ story }) => Object.assign(story, { canceledAt: 2_000 })],
  ['disagreeing', 'an attempt PENDING for ever', ({ log }) => Object.assign(log, { status: 'PENDING' })],
  ['disagreeing', 'another provider', ({ log }) => Object.assign(log, { provider: 'resend' })],
  [
    'disagreeing',
    'an operation running for ever',
    ({ operation }) => Object.assign(operation ?? {}, { state: 'running' }),
  ],
  ['disagreeing', 'a Paylink that D1 has as it was', ({ paylink }) => Object.assign(paylink ?? {}, { version: 3 })],
  ['disagreeing', 'an event that D1 does not have', ({ records }) => records.events.splice(0)],
];

it.each(faults)('finds %s: %s', (kind, _, plant) => {
  const scene = peace();
  plant(scene);
  expect(audit(scene.calls, scene.records, [scene.story])[kind]).not.toEqual([]);
});
