import type { Bindings } from '../../../src/env.ts';
import { coordinatorOf, newIdAt, parsePaylinkId } from '../../../src/paylink-id.ts';
import { sendFingerprint } from '../../../src/paylinks/domain/idempotency.ts';

const path = /^\/([\w-]{36})\/send$/;

/** The Paylink that a request means to send, by its path alone. */
export const paylinkToSend = ({ method, url }: Request): string | null =>
  method === 'PATCH' ? parsePaylinkId(path.exec(new URL(url).pathname)?.[1] ?? '') : null;

/**
 * Sends by email as a Worker of the release before did it: by the RPC `send`, which asks the providers inside the coordinator. Nothing
 * is authenticated. @returns the outcome's JSON, or 409 with the refusal's
 */
export async function sendInsideObject(env: Bindings, paylinkId: string, key: string | null): Promise<Response> {
  const owner = env.DB.prepare('SELECT merchant_id AS merchantId FROM paylinks WHERE id = ?1').bind(paylinkId);
  const row = await owner.first<{ merchantId: string }>();
  if (!row) return new Response(null, { status: 404 });
  const coordinator = env.COORDINATOR.get(env.COORDINATOR.idFromName(`paylinks-${coordinatorOf(paylinkId)}`));
  const { answer } = await coordinator.send({
    operationId: newIdAt(Date.now(), coordinatorOf(paylinkId)),
    again: false,
    paylinkId,
    callerId: row.merchantId,
    createdBy: 'API Key',
    channels: ['EMAIL'],
    to: null,
    requireEnabled: false,
    key,
    fingerprint: sendFingerprint(['EMAIL'], null),
    waitMs: 0,
    skip: [],
  });
  if (answer.kind === 'refused') return Response.json(answer.refusal, { status: 409 });
  return new Response(answer.outcome, { headers: { 'content-type': 'application/json' } });
}
