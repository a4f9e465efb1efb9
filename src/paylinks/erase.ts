import type { Paylink } from '../model.ts';
import { type Applied, withEvent } from './change-command.ts';

/** Takes a recipient out of a Paylink: the address, and the person's name with it. The hashes in the logs stay, they name nobody. */
export function erase(paylink: Paylink, hash: string, now: number): Applied {
  const isEmail = paylink.emailHash === hash;
  const isPhone = paylink.phoneHash === hash;
  const inLogs = paylink.deliveryLogs.some((log) => log.recipientHash === hash && log.recipient !== null);
  if (!isEmail && !isPhone && !inLogs) return { kind: 'unchanged' };
  const { customer } = paylink;
  const named = isEmail || isPhone;
  const version = paylink.version + 1;
  const change = {
    customer: {
      ...customer,
      email: isEmail ? null : customer.email,
      phone: isPhone ? null : customer.phone,
      firstName: named ? null : customer.firstName,
      lastName: named ? null : customer.lastName,
    },
    emailHash: isEmail ? null : paylink.emailHash,
    phoneHash: isPhone ? null : paylink.phoneHash,
    phoneE164: isPhone ? null : paylink.phoneE164,
    deliveryLogs: paylink.deliveryLogs.map((log) =>
      log.recipientHash === hash && log.recipient !== null ? { ...log, recipient: null, version } : log,
    ),
  };
  const event = { type: 'ERASED', oldValue: null, newValue: null, createdBy: 'API Key' } as const;
  return { kind: 'changed', paylink: withEvent(paylink, change, event, now) };
}
