import type * as z from 'zod/mini';
import type * as audit from '../api/answers/audit.ts';
import type * as credentials from '../api/answers/credentials.ts';
import type { Erased as ErasedAnswer, SuppressionPage as SuppressionPageAnswer } from '../api/answers/recipients.ts';
import type { RotatedCallbackSecret as RotatedAnswer } from '../api/answers/settings.ts';
import type { Stats as StatsAnswer } from '../api/answers/stats.ts';
import type * as webhooks from '../api/answers/webhooks.ts';
import type { credentialIssue } from '../http/admin/schemas.ts';
import type { Payment } from '../http/callbacks/payments.ts';
import type { Query as ListQuery } from '../http/rest/list-paylinks.ts';
import type { SettingsUpdate } from '../http/rest/settings.ts';
import type { Query as StatsFields } from '../http/rest/stats.ts';
import type { ChangeBody, CreateBody, ReplayBody } from '../http/rest/webhook-endpoints.ts';
import type { CreateFields, SendFields, UpdateFields } from '../paylinks/domain/schemas.ts';

export type { Problem } from '../api/answers/others.ts';
export type { Paylink, PaylinkPage } from '../api/answers/paylink.ts';
export type { Settings } from '../api/answers/settings.ts';
export type { WebhookEndpoint, WebhookEvent } from '../api/answers/webhooks.ts';

// What the gateway's own schemas take and answer; only their types are used here.
export type CreatePaylink = z.input<typeof CreateFields>;
export type UpdatePaylink = z.input<typeof UpdateFields>;
export type SendPaylink = z.input<typeof SendFields>;
export type ReportPayment = z.input<typeof Payment>;
export type ChangeSettings = z.input<typeof SettingsUpdate>;
export type RegisterEndpoint = z.input<typeof CreateBody>;
export type ChangeEndpoint = z.input<typeof ChangeBody>;
export type ReplayDeliveries = z.input<typeof ReplayBody>;
export type Erased = z.infer<typeof ErasedAnswer>;
export type SuppressionPage = z.infer<typeof SuppressionPageAnswer>;
export type WebhookEndpointWithSecret = z.infer<typeof webhooks.WebhookEndpointWithSecret>;
export type WebhookEndpoints = z.infer<typeof webhooks.WebhookEndpoints>;
export type WebhookAttemptPage = z.infer<typeof webhooks.WebhookAttemptPage>;
export type QueuedTest = z.infer<typeof webhooks.QueuedTest>;
export type IssueCredential = z.input<ReturnType<typeof credentialIssue>>;
export type Credential = z.infer<typeof credentials.Credential>;
export type Credentials = z.infer<typeof credentials.Credentials>;
export type IssuedCredential = z.infer<typeof credentials.IssuedCredential>;
export type AuditEntry = z.infer<typeof audit.AuditEntry>;
export type AuditPage = z.infer<typeof audit.AuditPage>;
export type Stats = z.infer<typeof StatsAnswer>;
export type StatsQuery = z.input<typeof StatsFields>;
export type RotatedCallbackSecret = z.infer<typeof RotatedAnswer>;
export type Replayed = z.infer<typeof webhooks.Replayed>;

/** Filters of a list, and where to go on. */
export type PaylinkFilter = { [name in keyof z.input<typeof ListQuery>]?: string | number | undefined };
/** A page of any list. */
export type Paging = { limit?: number | undefined; cursor?: string | undefined };
