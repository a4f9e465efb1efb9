import type { DeliveryLog } from '../../../model/delivery.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { amountDue } from '../../../paylinks/domain/amounts.ts';
import type { Tone } from '../parts/panel.tsx';
import { providerOf } from './words.ts';

/** The answer to "did my customer get the link?": a word, and a sentence that may have a time (ms) within. */
export type Verdict = { tone: Tone; title: string; before: string; at: number | null; after: string };

const message = (log: DeliveryLog) =>
  `The ${log.channel === 'EMAIL' ? 'email' : 'SMS'} to ${log.recipient ?? 'an erased recipient'}`;

/** What says most first: one that arrived, one that may have, one that did not. */
const telling = ['DELIVERED', 'SENT', 'PENDING', 'UNKNOWN', 'BOUNCED', 'FAILED', 'SUPPRESSED'];

export const mostTelling = (logs: readonly DeliveryLog[]): DeliveryLog | null =>
  [...logs].sort((a, b) => telling.indexOf(a.status) - telling.indexOf(b.status) || b.createdAt - a.createdAt)[0] ??
  null;

/** Whether the customer has the link, as far as anybody knows. */
export function verdictOf(paylink: Paylink): Verdict {
  const { openCount, firstOpenedAt, orders } = paylink;
  const refunded = paylink.events.findLast(({ type }) => type === 'REFUNDED');
  if (refunded) {
    const before = paylink.status === 'REFUNDED' ? 'It was refunded' : 'A part was refunded';
    return { tone: 'good', title: 'Yes, and it was paid.', before, at: refunded.createdAt, after: '.' };
  }
  if (orders.length > 0 && amountDue(paylink) === 0) {
    const at = orders.at(-1)?.createdAt ?? null;
    return { tone: 'good', title: 'Yes, and it is paid.', before: 'The last payment came', at, after: '.' };
  }
  if (openCount > 0) {
    const times = openCount === 1 ? '' : ` ${openCount} times, first`;
    return { tone: 'good', title: 'Yes.', before: `The page was opened${times}`, at: firstOpenedAt, after: '.' };
  }
  const log = mostTelling(paylink.deliveryLogs);
  return log
    ? ofAttempt(log)
    : { tone: 'calm', title: 'Not yet.', before: 'No message was sent.', at: null, after: '' };
}

function ofAttempt(log: DeliveryLog): Verdict {
  const provider = providerOf(log.provider);
  const inside = provider.replace(/^The /, 'the ');
  const because = log.reason ? `. ${log.reason}` : '.';
  const name = message(log);
  switch (log.status) {
    case 'DELIVERED': {
      const after = '. It has not been opened yet.';
      return { tone: 'good', title: 'Yes.', before: `${name} was delivered`, at: log.updatedAt, after };
    }
    case 'SENT': {
      if (log.settledBy !== null)
        return {
          tone: 'good',
          title: 'Yes.',
          before: 'Somebody here settled that it was sent',
          at: log.updatedAt,
          after: '.',
        };
      const after = `. ${provider} has not said yet whether it arrived.`;
      return {
        tone: 'info',
        title: 'Probably.',
        before: `${name} was accepted by ${inside}`,
        at: log.acceptedAt,
        after,
      };
    }
    case 'PENDING': {
      const before = `${name} is being handed to ${inside}`;
      return { tone: 'info', title: 'It is on its way.', before, at: log.createdAt, after: '.' };
    }
    case 'UNKNOWN': {
      const before = `${provider} did not say whether it took the ${log.channel === 'EMAIL' ? 'email' : 'SMS'}`;
      const after = `${because} It is not sent twice. If you find out what became of it, say so below.`;
      return { tone: 'warn', title: 'Nobody knows yet.', before, at: log.updatedAt, after };
    }
    case 'BOUNCED':
      return { tone: 'bad', title: 'No.', before: `${name} came back`, at: log.updatedAt, after: because };
    case 'FAILED':
      return { tone: 'bad', title: 'No.', before: `${name} could not be sent`, at: log.updatedAt, after: because };
    case 'SUPPRESSED':
      return { tone: 'warn', title: 'No.', before: `${name} was not sent`, at: log.createdAt, after: because };
  }
}

export type Step = { name: string; at: number | null; state: 'done' | 'failed' | 'open' };

/** The way from creation to payment, each step with its first time. */
export function stepsOf(paylink: Paylink): Step[] {
  const times = (logs: readonly (number | null)[]) =>
    logs.filter((time) => time !== null).sort((a, b) => a - b)[0] ?? null;
  const logs = paylink.deliveryLogs;
  const delivered = times(logs.map((log) => (log.status === 'DELIVERED' ? log.updatedAt : null)));
  const failed = logs.length > 0 && logs.every((log) => ['FAILED', 'BOUNCED', 'SUPPRESSED'].includes(log.status));
  const paid = times(paylink.orders.map((order) => order.createdAt));
  const step = (name: string, at: number | null, isDone = at !== null): Step => ({
    name,
    at,
    state: isDone ? 'done' : 'open',
  });
  const sent = step('Sent', times(logs.map((log) => log.acceptedAt)));
  const arrived = step('Delivered', delivered, delivered !== null || paylink.openCount > 0);
  return [
    step('Created', paylink.createdAt),
    failed && sent.state === 'open' ? { ...sent, state: 'failed' } : sent,
    failed && sent.state === 'done' ? { ...arrived, state: 'failed' } : arrived,
    step('Opened', paylink.firstOpenedAt),
    step('Paid', paid),
  ];
}
