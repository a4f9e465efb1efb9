import * as z from 'zod';
import { type ErrorCode, statusOf } from '../../errors.ts';
import { Time } from './common.ts';

const isCode = (code: string): code is ErrorCode => code in statusOf;
export const errorCodes = Object.keys(statusOf).filter(isCode);

/** RFC 9457. Some codes have more members, such as `paylinkStatus`. */
export const Problem = z.looseObject({
  type: z.string().meta({ format: 'uri-reference' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(errorCodes),
  requestId: z.string(),
  errors: z.optional(z.array(z.strictObject({ path: z.string(), message: z.string() }))),
});
export type Problem = z.infer<typeof Problem>;

export const Ok = z.strictObject({ status: z.literal('ok') });
export const Received = z.strictObject({ received: z.literal(true) });

export const GraphqlRequest = z.strictObject({
  query: z.string(),
  variables: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  operationName: z.optional(z.nullable(z.string())),
});
export const GraphqlAnswer = z.looseObject({
  data: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  errors: z.optional(
    z.array(
      z.looseObject({
        message: z.string(),
        extensions: z.optional(z.looseObject({ code: z.optional(z.string()), reason: z.optional(z.string()) })),
      }),
    ),
  ),
});

/** A message that was kept instead of sent. */
export const InboxMessage = z.strictObject({
  id: z.string(),
  channel: z.enum(['EMAIL', 'SMS']),
  to: z.string(),
  subject: z.nullable(z.string()),
  text: z.string(),
  html: z.nullable(z.string()),
  paylinkId: z.nullable(z.string()),
  createdAt: Time,
});
export const Inbox = z.strictObject({ messages: z.array(InboxMessage), nextCursor: z.optional(z.string()) });
