import * as z from 'zod/mini';
import type { Refusal } from '../../errors.ts';
import { Channel } from '../../model/delivery.ts';
import { Paylink } from '../../model/paylink.ts';

/** A verb that either did it or says why not. */
export type Outcome<T> = ({ kind: 'done' } & T) | { kind: 'refused'; refusal: Refusal };

/**
 * What a send came to.
 * - `sent`: at least one provider accepted.
 * - `pending`: none accepted, at least one outcome is not known yet (REST 202).
 * - `failed`: every channel was definitely refused (REST 500 `send_failed`); `reason` is for a person.
 */
export const SendResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sent'), paylink: Paylink, accepted: z.array(Channel) }),
  z.object({ kind: z.literal('pending'), paylink: Paylink }),
  z.object({ kind: z.literal('failed'), paylink: Paylink, reason: z.string() }),
]);
export type SendResult = z.infer<typeof SendResult>;

/** The answer to a send. `replayed`: it was given before, or to another request that asks the same. */
export type SendOutcome = (SendResult & { replayed: boolean }) | { kind: 'refused'; refusal: Refusal };
