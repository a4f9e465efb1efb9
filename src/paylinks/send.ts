import type { Channel } from '../model.ts';
import type { Context } from './context.ts';
import type { SendOutcome } from './outcome.ts';

/** How the caller wants repeats treated. `key` is unquoted and already checked; `waitSeconds` from `Prefer: wait=N` (0–20). */
export type Idempotency = { key: string | null; waitSeconds: number };

/**
 * A send as either surface asks for it. `to` overrides the customer's recipient (GraphQL; one channel only) and is a valid email or
 * E.164 number. `requireEnabled`: refuse a channel whose flag was not set at create (the REST route's rule).
 */
export type SendInput = {
  paylinkId: string;
  channels: Channel[];
  to: string | null;
  requireEnabled: boolean;
  idempotency: Idempotency;
};

/** Sends a Paylink to its customer, once for each key. */
export async function sendPaylink(_ctx: Context, _input: SendInput): Promise<SendOutcome> {
  throw new Error('written next');
}
