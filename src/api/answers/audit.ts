import * as z from 'zod';
import { Metadata, pageOf, Time } from './common.ts';

export const AuditEntry = z.strictObject({
  auditId: z.guid(),
  /** `*`: the whole installation. */
  merchantId: z.string(),
  at: Time,
  actor: z.strictObject({
    kind: z.enum(['credential', 'operator', 'customer', 'provider', 'gateway']),
    id: z.nullable(z.string()),
    label: z.nullable(z.string()),
  }),
  action: z.string(),
  subject: z.nullable(z.string()),
  details: Metadata,
});
export const AuditPage = pageOf(AuditEntry);
