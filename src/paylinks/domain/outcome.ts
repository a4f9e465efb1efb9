import type { Refusal } from '../../errors.ts';
import type { Channel, Paylink } from '../../model.ts';

/** A verb that either did it or says why not. */
export type Outcome<T> = ({ kind: 'done' } & T) | { kind: 'refused'; refusal: Refusal };

/**
 * What a send came to.
 * - `sent`: at least one provider accepted.
 * - `pending`: none accepted, at least one outcome is not known yet (REST 202).
 * - `failed`: every channel was definitely refused (REST 500 `send_failed`); `reason` is for a person.
 */
export type SendOutcome =
  | { kind: 'sent'; paylink: Paylink; accepted: Channel[]; replayed: boolean }
  | { kind: 'pending'; paylink: Paylink; replayed: boolean }
  | { kind: 'failed'; paylink: Paylink; reason: string; replayed: boolean }
  | { kind: 'refused'; refusal: Refusal };
