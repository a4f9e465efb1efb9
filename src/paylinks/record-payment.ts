import { notFound } from '../errors.ts';
import type { Paylink } from '../model.ts';
import type { PaymentNews } from './change-command.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinators.ts';
import type { Outcome } from './outcome.ts';
import { ownerOf } from './owner.ts';

/** Records what the merchant's checkout reports of an order, once for each order's own id. */
export async function recordPayment(
  ctx: Context,
  paylinkId: string,
  payment: PaymentNews,
): Promise<Outcome<{ paylink: Paylink }>> {
  const { merchant } = ctx.caller;
  if (!(await ownerOf(ctx, paylinkId))) return { kind: 'refused', refusal: notFound };
  const reply = await callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
    stub.change(paylinkId, merchant.id, { kind: 'payment', payment }),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', paylink: reply.paylink };
}
