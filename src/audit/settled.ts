import type { AuditRow } from '../store/audit.ts';
import type { Changes } from '../store/changes.ts';

/** What people settled: an entry for each such event, under the event's own id. Providers' reports name no credential. */
export const settledAudits = ({ head, events }: Changes): AuditRow[] =>
  events.flatMap(({ id, type, actor, createdAt, newValue }) =>
    type === 'DELIVERY_UPDATED' && actor
      ? [
          {
            id,
            merchantId: head.merchantId,
            at: createdAt,
            actorKind: 'credential',
            actorId: actor.credentialId,
            actorLabel: actor.label,
            action: 'delivery.settled',
            subject: head.id,
            details: newValue,
          } as const,
        ]
      : [],
  );
