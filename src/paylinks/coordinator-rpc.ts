import type { Refusal } from '../errors.ts';
import type { Paylink } from '../model.ts';
import type { CreateKey } from '../store/insertion.ts';
import type { ChangeCommand } from './change-command.ts';
import type { SendCommand, SendReply } from './send-command.ts';

export type CreateCommand = { paylink: Paylink; parentId: string | null; key: CreateKey | null };
/** `created`: as it was given. `found`: what is there already under this id, or under this key (`replayed`). */
export type CreateReply =
  | { kind: 'created' }
  | { kind: 'found'; paylink: Paylink; replayed: boolean }
  | { kind: 'refused'; refusal: Refusal };
export type ChangeReply = { kind: 'done'; paylink: Paylink; changed: boolean } | { kind: 'refused'; refusal: Refusal };

/** What the edge asks of a Paylink's coordinator. */
export interface CoordinatorRpc {
  /** Keeps a new Paylink, in D1 or not at all. A create key that exists already gives the Paylink it named, or is refused. */
  create(command: CreateCommand): Promise<CreateReply>;
  /** Sends a Paylink, once for each operation id and each key. */
  send(command: SendCommand): Promise<SendReply>;
  /** Any other change. `callerId` null: the gateway itself (a sweep, a provider's callback), which may act on any Paylink. */
  change(paylinkId: string, callerId: string | null, command: ChangeCommand): Promise<ChangeReply>;
}
