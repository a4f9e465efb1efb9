import type { DeliveryLog } from '../../model/delivery.ts';
import type { Paylink, PaylinkHead, PaylinkStatus } from '../../model/paylink.ts';
import { NOT_BEGUN } from './attempts.ts';

const open: ReadonlySet<PaylinkStatus> = new Set(['CREATED', 'SENT', 'OPENED', 'PARTIALLY_PAID', 'FAILED']);
const resettable: ReadonlySet<PaylinkStatus> = new Set(['CREATED', 'SENT', 'OPENED', 'FAILED']);

/** The status as it is at `now` (ms): an open Paylink past its expiration is EXPIRED, also before the sweep has written so. */
export const statusAt = (paylink: Pick<PaylinkHead, 'status' | 'expiration'>, now: number): PaylinkStatus =>
  open.has(paylink.status) && paylink.expiration <= now ? 'EXPIRED' : paylink.status;

/** May it be sent? */
export const isActive = (paylink: Pick<PaylinkHead, 'status' | 'expiration'>, now: number): boolean =>
  open.has(statusAt(paylink, now));

/** What an accepted send makes of a status: SENT, except where money has already come or the Paylink has ended meanwhile. */
export const afterAccepted = (status: PaylinkStatus): PaylinkStatus => (resettable.has(status) ? 'SENT' : status);

/** What a look at the page makes of a status: where money came, or nothing could be delivered, that says more. */
export const afterOpened = (status: PaylinkStatus): PaylinkStatus =>
  status === 'CREATED' || status === 'SENT' ? 'OPENED' : status;

/** Attempts that cannot (any more) have reached the customer. */
const undelivered = (log: DeliveryLog) =>
  log.status === 'FAILED' || log.status === 'BOUNCED' || log.status === 'SUPPRESSED';

/**
 * The status once delivery has moved: FAILED when nothing could be delivered at all, and back to SENT when something was after all.
 * Depends on the attempts only, so the order in which the news came does not matter.
 */
export function afterDelivery(paylink: Pick<Paylink, 'status' | 'deliveryLogs'>): PaylinkStatus {
  const { status } = paylink;
  if (status !== 'CREATED' && status !== 'SENT' && status !== 'FAILED') return status;
  const deliveryLogs = paylink.deliveryLogs.filter((log) => log.reason !== NOT_BEGUN);
  if (deliveryLogs.length === 0) return status;
  if (deliveryLogs.every(undelivered))
    return deliveryLogs.every((log) => log.status === 'SUPPRESSED') ? status : 'FAILED';
  return deliveryLogs.some((log) => log.acceptedAt !== null && !undelivered(log)) ? 'SENT' : status;
}
