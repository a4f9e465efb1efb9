import * as z from 'zod/mini';
import { JsonObject } from '../model/values.ts';
import type { MerchantEventType } from '../model/webhook.ts';

/** The events that the `skipify` format has, under the vendor's names. An endpoint of this format hears no others. */
export const skipifyNames: { readonly [type in MerchantEventType]?: string } = {
  'paylink.paid': 'ORDER_PAYMENT_SUCCEEDED',
  'paylink.payment_failed': 'ORDER_PAYMENT_FAILED',
  'paylink.expired': 'PAYMENT_REQUEST_EXPIRED',
  'endpoint.test': 'ENDPOINT_TEST',
};

const Envelope = z.object({ type: z.string(), timestamp: z.string(), data: JsonObject });

/** A stored payload as an endpoint of this format gets it: the vendor's name of the event, the rest as it is. */
export function inFormat(format: 'standard' | 'skipify', payload: string): string {
  if (format === 'standard') return payload;
  const { type, ...rest } = Envelope.parse(JSON.parse(payload));
  const [, name] = Object.entries(skipifyNames).find(([ours]) => ours === type) ?? [];
  return JSON.stringify({ type: name ?? type, ...rest });
}
