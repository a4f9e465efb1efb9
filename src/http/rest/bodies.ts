import type { Context } from 'hono';
import * as z from 'zod/mini';
import { CreateFields, SendFields, UpdateFields, withSendSms } from '../../paylinks/domain/schemas.ts';
import type { AppEnv } from '../app-env.ts';
import { isSkipifyCaller, type Parsed, readJson } from '../body.ts';

/** Fields that only answers have. They are ignored on the way in, so that what was read may be sent back. */
const ofPaylink = [
  ...['paylinkId', 'link', 'shortLink', 'orderId', 'createdAt', 'updatedAt', 'subTotal', 'total', 'amountDue'],
  ...['orderTotal', 'approvedAmount', 'lastSentAt', 'firstOpenedAt', 'lastOpenedAt', 'openCount'],
  ...['deliveryLogs', 'openOrders', 'events', 'status'],
];
const ofItem = ['paylinkItemId', 'paylinkId', 'createdAt', 'updatedAt'];
const flags = ['sendEmail', 'sendSms', 'sendSMS', 'customerConsent'];

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (value: unknown, names: readonly string[]): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) : value;

function withoutAnswerFields(body: unknown, more: readonly string[] = []): unknown {
  const rest = without(body, [...ofPaylink, ...more]);
  if (!isObject(rest) || !('lineItems' in rest) || !Array.isArray(rest.lineItems)) return rest;
  return { ...rest, lineItems: rest.lineItems.map((item: unknown) => without(item, ofItem)) };
}

/** A vendor's clients send `null` for a flag that is not set. */
const nullAsFalse = (body: unknown): unknown =>
  isObject(body)
    ? Object.fromEntries(
        Object.entries(body).map(([name, value]) => [name, value === null && flags.includes(name) ? false : value]),
      )
    : body;

const absentAsFalse = (body: unknown): unknown =>
  isObject(body) ? { sendEmail: false, ...('sendSMS' in body ? {} : { sendSms: false }), ...body } : body;

const onUpdate = (body: unknown) => withoutAnswerFields(body, ['merchantId']);

const schemaOf = <S extends z.ZodMiniType>(schema: S, ...steps: ((body: unknown) => unknown)[]) =>
  z.pipe(
    z.transform((body: unknown, context) =>
      withSendSms(
        steps.reduce((value, step) => step(value), body),
        context,
      ),
    ),
    schema,
  );

const bodies = {
  create: [schemaOf(CreateFields, withoutAnswerFields), schemaOf(CreateFields, withoutAnswerFields, nullAsFalse)],
  update: [schemaOf(UpdateFields, onUpdate), schemaOf(UpdateFields, onUpdate, nullAsFalse)],
  send: [schemaOf(SendFields), schemaOf(SendFields, nullAsFalse, absentAsFalse)],
} as const;

/** The body of a create; of a skipify-signed caller with its manners. */
export const readCreate = (c: Context<AppEnv>): Promise<Parsed<z.output<typeof CreateFields>>> =>
  readJson(c, bodies.create[isSkipifyCaller(c) ? 1 : 0]);
/** The same of an update. */
export const readUpdate = (c: Context<AppEnv>): Promise<Parsed<z.output<typeof UpdateFields>>> =>
  readJson(c, bodies.update[isSkipifyCaller(c) ? 1 : 0]);
/** The same of a send. */
export const readSend = (c: Context<AppEnv>): Promise<Parsed<z.output<typeof SendFields>>> =>
  readJson(c, bodies.send[isSkipifyCaller(c) ? 1 : 0]);
