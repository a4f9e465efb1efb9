import * as z from 'zod/mini';
import { IsoTime } from '../../lib/iso-time.ts';
import { DeliveryStatus } from '../../model/delivery.ts';
import { paylinkStatuses } from '../../model/paylink.ts';
import type { PagePlace } from '../../store/paylink-search.ts';
import { validate } from '../body.ts';
import type { GraphqlContext } from './context.ts';
import { refusalError } from './errors.ts';
import { paymentSession } from './payment-session.ts';

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

const text = z.nullish(z.string().check(z.minLength(1), z.maxLength(255)));
const count = z.nullish(z.int().check(z.gte(1), z.lte(MAX_PAGE)));
const cursor = z.nullish(
  z.pipe(
    z.string().check(z.regex(/^[0-9a-z]{1,10}~[0-9a-f-]{36}$/, 'Must be a cursor of an earlier page.')),
    z.transform((place): PagePlace => {
      const [at = '', id = ''] = place.split('~');
      return { createdAt: Number.parseInt(at, 36), id };
    }),
  ),
);

const Arguments = z
  .object({
    first: count,
    after: cursor,
    last: count,
    before: cursor,
    filter: z.nullish(
      z.object({
        status: z.nullish(z.array(z.enum(paylinkStatuses)).check(z.minLength(1))),
        deliveryStatus: z.nullish(DeliveryStatus),
        transactionRef: text,
        orderId: text,
        recipient: text,
        orgId: text,
        createdAfter: z.nullish(IsoTime),
        createdBefore: z.nullish(IsoTime),
      }),
    ),
  })
  .check(
    z.refine(
      ({ first, after, last, before }) => !((first || after) && (last || before)),
      'Give either first and after, or last and before.',
    ),
  );

const cursorOf = ({ createdAt, id }: PagePlace) => `${createdAt.toString(36)}~${id}`;

/** A page of the caller's sessions as a Relay connection; one D1 query however many it has. */
export async function paymentSessions(args: unknown, { run }: GraphqlContext) {
  const asked = validate(Arguments, args, 'input');
  if (asked.kind === 'refused') throw refusalError(asked.refusal);
  const { first, after, last, before, filter } = asked.value;
  const { status, deliveryStatus, transactionRef, orderId, recipient, orgId, createdAfter, createdBefore } =
    filter ?? {};
  // Without a place of its own, "the last ones" are the oldest: read from before the beginning of time.
  const backwards = last !== null && last !== undefined ? (before ?? { createdAt: 0, id: '' }) : before;
  const found = await run.verbs.search(run.ctx, {
    status: status ?? undefined,
    deliveryStatus: deliveryStatus ?? undefined,
    merchantInvoiceId: transactionRef ?? undefined,
    orderId: orderId ?? undefined,
    recipient: recipient ?? undefined,
    merchantId: orgId?.toLowerCase() ?? undefined,
    createdAfter: createdAfter ?? undefined,
    createdBefore: createdBefore ?? undefined,
    after: after ?? undefined,
    before: backwards ?? undefined,
    limit: first ?? last ?? DEFAULT_PAGE,
  });
  if (found.kind === 'refused') throw refusalError(found.refusal);
  const { page, next } = found;
  const nodes = page.map((paylink) => paymentSession(paylink, run.ctx.config, run.ctx.now));
  const edges = page.map((paylink, index) => ({ cursor: cursorOf(paylink), node: nodes[index] }));
  // A page may be short: where to go on is then not its last session.
  const on = next ? cursorOf(next) : null;
  const [start, end] = [edges[0]?.cursor ?? null, edges.at(-1)?.cursor ?? null];
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: backwards ? Boolean(before) : on !== null,
      hasPreviousPage: backwards ? on !== null : Boolean(after),
      startCursor: backwards ? (on ?? start) : start,
      endCursor: backwards ? end : (on ?? end),
    },
  };
}
