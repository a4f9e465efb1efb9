import { notActive, notFound, refusal } from '../../errors.ts';
import type { DeliveryLog } from '../../model/delivery.ts';
import type { Paylink } from '../../model/paylink.ts';
import { attach, detach } from './apply-attachments.ts';
import { erase } from './apply-erase.ts';
import { applyPayment } from './apply-payment.ts';
import { applyUpdate } from './apply-update.ts';
import { applyDeliveryEvent, applyReport, BY_PERSON, type ReportedOutcome, settleAttempt } from './attempts.ts';
import { type Applied, type CancelCommand, type ChangeCommand, withActor, withEvent } from './change.ts';
import { afterDelivery, afterOpened, isActive, statusAt } from './status.ts';

/** Every change of a Paylink but a send, decided on the state as it is at `now` (ms). Pure, so any order of calls is a serial one. */
export function applyChange(paylink: Paylink, command: ChangeCommand, now: number): Applied {
  const applied = applyCommand(paylink, command, now);
  if (applied.kind !== 'changed') return applied;
  return { ...applied, paylink: withActor(paylink, applied.paylink, command.actor) };
}

function applyCommand(paylink: Paylink, command: ChangeCommand, now: number): Applied {
  switch (command.kind) {
    case 'update':
      return applyUpdate(paylink, command.patch, command.createdBy, now);
    case 'cancel':
      return cancel(paylink, command, now);
    case 'open':
      return open(paylink, now);
    case 'expire':
      return expire(paylink, now);
    case 'payment':
      return applyPayment(paylink, command.payment, now);
    case 'delivery':
      return delivery(paylink, command, now);
    case 'settle':
      return settle(paylink, command, now);
    case 'attach':
      return attach(paylink, command.files, command.createdBy, now);
    case 'detach':
      return detach(paylink, command.name, command.createdBy, now);
    case 'erase':
      return erase(paylink, command.hash, now);
  }
}

const changed = (paylink: Paylink): Applied => ({ kind: 'changed', paylink });

function cancel(paylink: Paylink, { createdBy, reason }: CancelCommand, now: number): Applied {
  const status = statusAt(paylink, now);
  if (status === 'CANCELED') {
    return { kind: 'refused', refusal: refusal('already_canceled', 'The Paylink is already canceled.') };
  }
  if (status === 'PAID' || status === 'REFUNDED' || status === 'PARTIALLY_REFUNDED') {
    return { kind: 'refused', refusal: refusal('already_paid', 'The Paylink is already paid.') };
  }
  if (!isActive(paylink, now)) {
    return { kind: 'refused', refusal: notActive(status, 'The Paylink has expired.') };
  }
  const event = {
    type: 'CANCELED',
    oldValue: { status: paylink.status },
    newValue: { status: 'CANCELED', ...(reason === undefined ? {} : { reason }) },
    createdBy,
  } as const;
  return changed(withEvent(paylink, { status: 'CANCELED' }, event, now));
}

/** A person saw the page. Every look counts while the Paylink is active; the first, and the first after a send, is an event too. */
function open(paylink: Paylink, now: number): Applied {
  if (!isActive(paylink, now)) return { kind: 'unchanged' };
  const status = afterOpened(paylink.status);
  const change = {
    status,
    firstOpenedAt: paylink.firstOpenedAt ?? now,
    lastOpenedAt: now,
    openCount: paylink.openCount + 1,
  };
  if (status === paylink.status && paylink.firstOpenedAt !== null) {
    return changed({ ...paylink, ...change, version: paylink.version + 1, updatedAt: now });
  }
  const event = {
    type: 'OPENED',
    oldValue: { status: paylink.status },
    newValue: { status },
    createdBy: 'Customer',
  } as const;
  return changed(withEvent(paylink, change, event, now));
}

function expire(paylink: Paylink, now: number): Applied {
  if (paylink.status === 'EXPIRED' || statusAt(paylink, now) !== 'EXPIRED') return { kind: 'unchanged' };
  const event = {
    type: 'EXPIRED',
    oldValue: { status: paylink.status },
    newValue: { status: 'EXPIRED' },
    createdBy: 'System',
  } as const;
  return changed(withEvent(paylink, { status: 'EXPIRED' }, event, now));
}

/** A person says what became of an attempt. Said again, or said by a callback meanwhile, it changes nothing. */
function settle(paylink: Paylink, command: Extract<ChangeCommand, { kind: 'settle' }>, now: number): Applied {
  const before = paylink.deliveryLogs.find((log) => log.id === command.attemptId);
  if (!before) return { kind: 'refused', refusal: { ...notFound, detail: 'Delivery log was not found.' } };
  const after = settleAttempt(before, command.status, now, paylink.version + 1);
  if (after) return moved(paylink, before, after, command.createdBy, now);
  if (before.settledBy === BY_PERSON && before.status === command.status) return { kind: 'unchanged' };
  const detail = `This delivery is ${before.status}; only one that is UNKNOWN can be settled.`;
  return { kind: 'refused', refusal: refusal('not_unknown', detail) };
}

function delivery(paylink: Paylink, command: Extract<ChangeCommand, { kind: 'delivery' }>, now: number): Applied {
  const before = paylink.deliveryLogs.find((log) => log.id === command.attemptId);
  const after = before ? applyDeliveryEvent(before, command.news, now, paylink.version + 1) : null;
  if (!before || !after) return { kind: 'unchanged' };
  return moved(paylink, before, after, 'Provider', now);
}

/** The report of a call whose operation is forgotten: told as a callback would tell it. */
export function applyLateReport(paylink: Paylink, attemptId: string, outcome: ReportedOutcome, now: number): Applied {
  const before = paylink.deliveryLogs.find((log) => log.id === attemptId);
  const after = before ? applyReport(before, outcome, now, paylink.version + 1) : null;
  if (!before || !after) return { kind: 'unchanged' };
  return moved(paylink, before, after, 'Provider', now);
}

/** The Paylink with an attempt moved on, its status, and the event that tells of both. */
function moved(paylink: Paylink, before: DeliveryLog, after: DeliveryLog, createdBy: string, now: number): Applied {
  const deliveryLogs = paylink.deliveryLogs.map((log) => (log.id === after.id ? after : log));
  const status = afterDelivery({ ...paylink, deliveryLogs });
  const value = (log: typeof after, of: string) => ({ status: of, deliveryLogId: log.id, deliveryStatus: log.status });
  const event = {
    type: 'DELIVERY_UPDATED',
    oldValue: value(before, paylink.status),
    newValue: value(after, status),
    createdBy,
  } as const;
  return changed(withEvent(paylink, { status, deliveryLogs }, event, now));
}
