import type { Paylink } from '../../model/paylink.ts';
import type { PaylinkEvent } from '../../model/paylink-event.ts';
import type { JsonObject } from '../../model/values.ts';
import { ERASED_VALUES } from '../../store/erased.ts';
import { type Applied, withEvent } from './change.ts';

/** What the merchant wrote about the person; who pays, what is owed and what was paid stays. */
const ABOUT_PERSON = {
  memo: null,
  description: null,
  metadata: null,
  consent: null,
  attachments: [],
  files: [],
} satisfies Partial<Paylink>;

const isEmpty = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);

const blank = (value: JsonObject | null): JsonObject | null =>
  value && {
    ...value,
    ...Object.fromEntries(ERASED_VALUES.flatMap((name) => (name in value ? [[name, null] as const] : []))),
  };

/** History outlives an erasure, so it must name nobody. D1's is blanked by the same rule (store/erased.ts). */
const withoutValues = (event: PaylinkEvent): PaylinkEvent =>
  event.type === 'UPDATED' ? { ...event, oldValue: blank(event.oldValue), newValue: blank(event.newValue) } : event;

/**
 * Takes a recipient out of a Paylink: the address, and where it is the customer's, the person's name and id, files, and what the merchant
 * wrote. The hashes in the logs stay, they name nobody. The ERASED event names the fields.
 */
export function erase(paylink: Paylink, hash: string, now: number): Applied {
  const isEmail = paylink.emailHash === hash;
  const isPhone = paylink.phoneHash === hash;
  const inLogs = paylink.deliveryLogs.some((log) => log.recipientHash === hash && log.recipient !== null);
  if (!isEmail && !isPhone && !inLogs) return { kind: 'unchanged' };
  const { customer } = paylink;
  const named = isEmail || isPhone;
  const version = paylink.version + 1;
  const person = {
    ...(isEmail ? { email: null } : {}),
    ...(isPhone ? { phone: null } : {}),
    ...(named ? { firstName: null, lastName: null, paylinkCustomerId: null } : {}),
  };
  const about = named ? ABOUT_PERSON : {};
  const fields = [
    ...Object.keys(person)
      .filter((name) => !isEmpty(Reflect.get(customer, name)))
      .map((name) => `customer.${name}`),
    ...Object.keys(about).filter((name) => name !== 'files' && !isEmpty(Reflect.get(paylink, name))),
    ...(inLogs ? ['deliveryLogs.recipient'] : []),
  ];
  const change = {
    customer: { ...customer, ...person },
    emailHash: isEmail ? null : paylink.emailHash,
    phoneHash: isPhone ? null : paylink.phoneHash,
    phoneE164: isPhone ? null : paylink.phoneE164,
    ...about,
    deliveryLogs: paylink.deliveryLogs.map((log) =>
      log.recipientHash === hash && log.recipient !== null ? { ...log, recipient: null, version } : log,
    ),
  };
  const event = { type: 'ERASED', oldValue: null, newValue: { fields }, createdBy: 'API Key' } as const;
  const blanked = { ...paylink, events: paylink.events.map(withoutValues) };
  return { kind: 'changed', paylink: withEvent(blanked, change, event, now) };
}
