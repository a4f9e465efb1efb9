import type { Actor, Caller } from '../model/caller.ts';
import type { JsonObject } from '../model/values.ts';
import { newIdAt } from '../paylink-id.ts';
import { auditSuppressions, insertAudit, type TellOfSuppressions } from '../store/audit.ts';

/** Everything that is audited: what it was done to, a dot, what was done. */
export type AuditAction =
  | `merchant.${'created' | 'updated' | 'suspended' | 'resumed'}`
  | `credential.${'issued' | 'expired' | 'revoked'}`
  | `settings.${'updated' | 'secret_rotated'}`
  | `endpoint.${'created' | 'updated' | 'rotated' | 'deleted'}`
  | `suppression.${'created' | 'lifted'}`
  | `consent.${'given' | 'withdrawn'}`
  | 'recipient.erased'
  | 'delivery.settled';

/** `merchantId` of what concerns the whole installation. */
export const EVERY_MERCHANT = '*';

/**
 * One thing that somebody did. `subject`: the id of what it was done to. `details` says what changed; never an address, a name of a
 * customer or a secret, as nothing can be taken out again.
 */
export type AuditEntry = {
  merchantId: string;
  actor: Actor;
  action: AuditAction;
  subject: string | null;
  details?: JsonObject | null;
};

export const GATEWAY: Actor = { kind: 'gateway', id: null, label: null };
export const CUSTOMER: Actor = { kind: 'customer', id: null, label: null };
/** A provider, by its name in the registry. */
export const providerActor = (provider: string): Actor => ({ kind: 'provider', id: provider, label: null });

/** An authenticated caller, by its credential. */
export const callerActor = ({ credentialId, label }: Pick<Caller, 'credentialId' | 'label'>): Actor => ({
  kind: 'credential',
  id: credentialId,
  label,
});

const newAuditId = (now: number) => newIdAt(now, (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) & 0xfff);

const rowsOf = (entries: readonly AuditEntry[], now: number) =>
  entries.map(({ merchantId, actor, action, subject, details }) => ({
    id: newAuditId(now),
    merchantId,
    at: now,
    actorKind: actor.kind,
    actorId: actor.id,
    actorLabel: actor.label,
    action,
    subject,
    details: details ?? null,
  }));

/**
 * A statement that writes entries to the audit log. Put it into the batch of the change itself, so that there is neither without the
 * other. @param now ms
 */
export const auditStatement = (db: D1Database, entries: readonly AuditEntry[], now: number): D1PreparedStatement =>
  insertAudit(db, rowsOf(entries, now), 'always');

/** The same, but only if the statement just before it in the batch has written a row: a repeat that changes nothing is not told. */
export const auditIfChanged = (
  db: D1Database,
  told: AuditEntry | readonly AuditEntry[],
  now: number,
): D1PreparedStatement => insertAudit(db, rowsOf('action' in told ? [told] : told, now), 'changed');

/** Audits suppressions that are made or lifted, by who they are. @param now ms */
export const suppressionsBy =
  (db: D1Database, actor: Actor, now: number): TellOfSuppressions =>
  (action, ids) =>
    auditSuppressions(
      db,
      ids.map((id) => ({ id, auditId: newAuditId(now) })),
      { at: now, actorKind: actor.kind, actorId: actor.id, actorLabel: actor.label, action },
    );
