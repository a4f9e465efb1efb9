import type { Channel, DeliveryLog, DeliveryStatus } from '../../../model/delivery.ts';
import type { Paylink, PaylinkStatus } from '../../../model/paylink.ts';
import type { EventType } from '../../../model/paylink-event.ts';
import type { Tone } from '../parts/panel.tsx';

type Said = { text: string; tone: Tone };

/** The statuses of a Paylink in plain words. */
export const statusWords: Record<PaylinkStatus, Said> = {
  CREATED: { text: 'Created', tone: 'calm' },
  SENT: { text: 'Sent', tone: 'info' },
  OPENED: { text: 'Opened', tone: 'info' },
  PAID: { text: 'Paid', tone: 'good' },
  PARTIALLY_PAID: { text: 'Partly paid', tone: 'warn' },
  REFUNDED: { text: 'Refunded', tone: 'calm' },
  PARTIALLY_REFUNDED: { text: 'Partly refunded', tone: 'calm' },
  EXPIRED: { text: 'Expired', tone: 'calm' },
  CANCELED: { text: 'Canceled', tone: 'calm' },
  FAILED: { text: 'Failed', tone: 'bad' },
};

/** The statuses of a delivery. */
export const deliveryWords: Record<DeliveryStatus, Said> = {
  PENDING: { text: 'On its way', tone: 'info' },
  SENT: { text: 'Accepted', tone: 'info' },
  DELIVERED: { text: 'Delivered', tone: 'good' },
  FAILED: { text: 'Failed', tone: 'bad' },
  BOUNCED: { text: 'Bounced', tone: 'bad' },
  SUPPRESSED: { text: 'Not sent', tone: 'warn' },
  UNKNOWN: { text: 'Unknown', tone: 'warn' },
};

export const channelWords: Record<Channel, string> = { EMAIL: 'Email', SMS: 'SMS' };

export const eventWords: Record<EventType, string> = {
  CREATED: 'Created',
  UPDATED: 'Changed',
  SENT: 'Sent',
  SEND_FAILED: 'Could not be sent',
  OPENED: 'Opened by the customer',
  PAID: 'Paid in full',
  PARTIALLY_PAID: 'Paid in part',
  PAYMENT_FAILED: 'A payment failed',
  REFUNDED: 'Refunded',
  CANCELED: 'Canceled',
  EXPIRED: 'Expired',
  DELIVERY_UPDATED: 'Delivery changed',
  ERASED: 'Recipient erased',
};

const providerNames: { [provider: string]: string } = {
  mailchannels: 'MailChannels',
  resend: 'Resend',
  twilio: 'Twilio',
  telnyx: 'Telnyx',
  inbox: 'The inbox',
};

/** A provider as it calls itself. */
export const providerOf = (provider: string | null): string =>
  provider === null ? 'The provider' : (providerNames[provider] ?? provider);

/** Who a Paylink is for, as a list shows it: the name, else where it is sent. */
export function customerOf({ customer, brandName }: Pick<Paylink, 'customer' | 'brandName'>): string {
  const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ');
  return name || customer.email || customer.phone || brandName || 'No customer';
}

/** The attempt that says most about where a Paylink stands: the newest one. */
export const latestDelivery = ({ deliveryLogs }: Pick<Paylink, 'deliveryLogs'>): DeliveryLog | null =>
  deliveryLogs.reduce<DeliveryLog | null>(
    (latest, log) => (!latest || log.createdAt >= latest.createdAt ? log : latest),
    null,
  );
