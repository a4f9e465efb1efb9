import { iso } from '../lib/encoding.ts';
import type { PaylinkHead } from '../model/paylink.ts';
import type { PaylinkEvent } from '../model/paylink-event.ts';
import type { JsonObject } from '../model/values.ts';
import type { AuditRow } from '../store/audit.ts';
import type { AuditAction } from './record.ts';

/** What a change of a Paylink says of consent; null: nothing that is audited. */
function actionOf(event: PaylinkEvent, { consent, customerConsent }: PaylinkHead): AuditAction | null {
  // A create without a proof needs no row: the Paylink itself says it.
  if (event.type === 'CREATED') return customerConsent && consent ? 'consent.given' : null;
  if (event.type !== 'UPDATED' || !event.newValue) return null;
  const { customerConsent: now, consent: proof } = event.newValue;
  if (now === false) return 'consent.withdrawn';
  return now === true || (customerConsent && proof) ? 'consent.given' : null;
}

/**
 * Where a customer's consent becomes true, or is withdrawn: a row of the audit log for each, under the event's own id. It has where and
 * when the consent was given, and the words; not the address it came from, as nothing can be taken out of the log again.
 */
export function consentAudits({ head, events }: { head: PaylinkHead; events: readonly PaylinkEvent[] }): AuditRow[] {
  return events.flatMap((event) => {
    const action = actionOf(event, head);
    if (!action) return [];
    const { source = null, capturedAt = null, text = null } = head.consent ?? {};
    const bringsProof = event.type === 'CREATED' || event.newValue?.consent;
    const recordedBy = bringsProof ? head.consent?.recordedBy : null;
    const details: JsonObject | null =
      action === 'consent.given' ? { source, capturedAt: iso(capturedAt), text } : null;
    return [
      {
        id: event.id,
        merchantId: head.merchantId,
        at: event.createdAt,
        actorKind: 'credential' as const,
        actorId: recordedBy?.credentialId ?? event.actor?.credentialId ?? null,
        actorLabel: recordedBy?.label ?? event.actor?.label ?? event.createdBy,
        action,
        subject: head.id,
        details,
      },
    ];
  });
}
