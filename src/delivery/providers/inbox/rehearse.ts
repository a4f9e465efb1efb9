import type { DeliveryEvent } from '../../../model/delivery.ts';
import type { ProviderOutcome } from '../../port.ts';

/** What is reported of a message that was taken. */
export type Rehearsed = Pick<DeliveryEvent, 'status' | 'suppression' | 'reason'>;

/** What the sandbox makes of a message: how its provider answers, after how long (ms), and what is reported afterwards. */
export type Rehearsal = { answer: ProviderOutcome | null; delayMs: number; report: Rehearsed };

const delivered: Rehearsed = { status: 'DELIVERED', suppression: null, reason: null };
const plain: Rehearsal = { answer: null, delayMs: 0, report: delivered };

const refused = (reason: string, optedOut = false): Rehearsal => ({
  ...plain,
  answer: { kind: 'refused', by: 'recipient', reason, ...(optedOut ? { optedOut } : {}) },
});
const unknown: Rehearsal = { ...plain, answer: { kind: 'unknown', reason: 'The sandbox lost the answer.' } };
const reported = (report: Rehearsed): Rehearsal => ({ ...plain, report });

/** By the local part of an address at paylinks.test, without its label. */
const mailboxes = new Map<string, Rehearsal>([
  ['delivered', plain],
  ['bounced', reported({ status: 'BOUNCED', suppression: 'hard_bounce', reason: 'The sandbox bounced it.' })],
  ['complained', reported({ status: 'DELIVERED', suppression: 'complaint', reason: null })],
  ['refused', refused('The sandbox refused it.')],
  ['unknown', unknown],
  ['slow', { ...plain, delayMs: 3_000 }],
]);

const numbers = new Map<string, Rehearsal>([
  ['+15005550001', refused('The sandbox takes this number for invalid.')],
  ['+15005550002', refused('The sandbox takes this number for opted out.', true)],
  ['+15005550003', reported({ status: 'FAILED', suppression: null, reason: 'The sandbox did not deliver it.' })],
  ['+15005550004', unknown],
  ['+15005550006', plain],
]);

/** Whether this is one of the sandbox's phone numbers (E.164), to which rules about kinds of numbers do not apply. */
export const isSandboxNumber = (recipient: string): boolean => numbers.has(recipient);

/** What the sandbox rehearses with this recipient; anybody else's message is delivered. */
export function rehearsalOf(recipient: string): Rehearsal {
  const mailbox = /^([a-z]+)(?:\+[^@]*)?@paylinks\.test$/i.exec(recipient)?.[1]?.toLowerCase();
  return (mailbox === undefined ? numbers.get(recipient) : mailboxes.get(mailbox)) ?? plain;
}
