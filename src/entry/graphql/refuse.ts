import type { Context } from 'hono';
import { type Refusal, statusOf } from '../../errors.ts';
import type { AppEnv } from '../app-env.ts';
import { type GraphqlErrorCode, graphqlError } from './errors.ts';

function errorCode({ code }: Refusal): GraphqlErrorCode {
  if (code === 'unauthenticated') return 'UNAUTHENTICATED';
  if (code === 'rate_limited') return 'RATE_LIMITED';
  return statusOf[code] < 500 ? 'BAD_USER_INPUT' : 'INTERNAL';
}

/** A refusal of the whole request, in GraphQL's shape. */
export function refuseGraphql(c: Context<AppEnv>, refusal: Refusal, headers: Record<string, string> = {}): Response {
  const more = {
    ...headers,
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(refusal.code === 'unauthenticated'
      ? { 'www-authenticate': 'Bearer realm="paylinks", ApiKey realm="paylinks"' }
      : {}),
  };
  return graphqlError(statusOf[refusal.code], errorCode(refusal), refusal.detail, more, c.req.header('accept') ?? null);
}
