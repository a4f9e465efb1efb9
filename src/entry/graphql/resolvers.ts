import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import * as z from 'zod';
import type { Channel } from '../../model.ts';
import { parsePaylinkId } from '../../paylinks/id.ts';
import type { Idempotency } from '../../paylinks/send.ts';
import type { GraphqlContext } from './context.ts';
import { type OperationSuccess, operationSuccess } from './operation-success.ts';
import { paymentSession } from './payment-session.ts';
import { wrongOverride } from './recipient-override.ts';

const channels = { Email: 'EMAIL', Phone: 'SMS' } as const satisfies Record<string, Channel>;

// graphql-js has coerced these against the schema already; this only tells TypeScript, by looking.
const SendArguments = z.object({
  input: z.object({ id: z.string(), channel: z.enum(['Email', 'Phone']), to: z.string().nullish() }),
});
const SessionArguments = z.object({ id: z.string() });

const sessionNotFound: OperationSuccess = { success: false, message: 'No payment session was found with this id.' };

/**
 * One HTTP request has one key. Where its document sends several times, each send's response name joins the key, so that they
 * are different operations and a repeat of the request replays each; a single send has the bare key, the one a REST retry would use.
 */
function idempotencyOf({ run, rootFields }: GraphqlContext, info: GraphQLResolveInfo): Idempotency {
  const { key, waitSeconds } = run.idempotency;
  if (key === null || rootFields === 1) return { key, waitSeconds };
  return { key: `${key}:${info.path.key}`, waitSeconds };
}

async function sendPaymentSessionLink(
  args: unknown,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
): Promise<OperationSuccess> {
  const { input } = SendArguments.parse(args);
  const { run, tally } = context;
  const channel = channels[input.channel];
  const to = input.to ?? null;
  tally.sends += 1;
  const wrong = to === null ? null : wrongOverride(channel, to);
  if (wrong) return { success: false, message: wrong };
  const paylinkId = parsePaylinkId(input.id);
  if (!paylinkId) return sessionNotFound;
  const idempotency = idempotencyOf(context, info);
  const outcome = await run.verbs.send(run.ctx, {
    paylinkId,
    channels: [channel],
    to,
    requireEnabled: false,
    idempotency,
  });
  if (outcome.kind !== 'refused' && outcome.replayed) tally.replays += 1;
  const answer = operationSuccess(outcome, channel);
  if (answer instanceof GraphQLError) {
    if (outcome.kind === 'refused')
      tally.retryAfterSeconds = outcome.refusal.retryAfterSeconds ?? tally.retryAfterSeconds;
    throw answer;
  }
  return answer;
}

async function findPaymentSession(args: unknown, { run }: GraphqlContext) {
  const id = parsePaylinkId(SessionArguments.parse(args).id);
  const paylink = id && (await run.verbs.find(run.ctx, id));
  return paylink ? paymentSession(paylink, run.ctx.config, run.ctx.now) : null;
}

/** The root fields, as graphql-js's default resolver calls them. */
export const rootValue = { sendPaymentSessionLink, paymentSession: findPaymentSession };
