import * as z from 'zod';
import { CredentialExpiry, MerchantCreate, MerchantUpdate } from '../http/admin/schemas.ts';
import { Payment } from '../http/callbacks/payments.ts';
import { SettingsUpdate } from '../http/rest/settings.ts';
import { ChangeBody, CreateBody } from '../http/rest/webhook-endpoints.ts';
import { CreateFields, SendFields, UpdateFields } from '../paylinks/domain/schemas.ts';
import * as audit from './answers/audit.ts';
import * as credentials from './answers/credentials.ts';
import * as operator from './answers/operator.ts';
import * as others from './answers/others.ts';
import * as paylink from './answers/paylink.ts';
import * as recipients from './answers/recipients.ts';
import * as settings from './answers/settings.ts';
import * as stats from './answers/stats.ts';
import * as webhooks from './answers/webhooks.ts';
import { IssueCredential } from './operations/credentials.ts';

/** What callers send, by the name it has in the document. */
const requests = {
  CreatePaylink: CreateFields,
  UpdatePaylink: UpdateFields,
  SendPaylink: SendFields,
  ReportPayment: Payment,
  RegisterEndpoint: CreateBody,
  ChangeEndpoint: ChangeBody,
  ChangeSettings: SettingsUpdate,
  GraphqlRequest: others.GraphqlRequest,
  CreateMerchant: MerchantCreate,
  ChangeMerchant: MerchantUpdate,
  IssueCredential,
  ExpireCredential: CredentialExpiry,
};

const isSchema = (value: unknown): value is z.ZodType => value instanceof z.ZodType;
const { GraphqlRequest: _, ...otherAnswers } = others;

const named = z.registry<{ id: string }>();
const sent = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(requests)) sent.add(schema, { id });
for (const group of [paylink, webhooks, recipients, settings, stats, credentials, audit, operator, otherAnswers]) {
  for (const [id, schema] of Object.entries(group)) if (isSchema(schema)) named.add(schema, { id });
}

/** What callers send, and what they are answered, each schema with its name in the document. */
export const requestComponents = sent;
export const answerComponents = named;
