import { env } from 'cloudflare:workers';
import type { LimiterAnswer, LimiterRequest } from '../../src/admission/port.ts';

type Ask = (request: LimiterRequest) => Promise<LimiterAnswer>;

/** Merchant limiters whose calls pass through `between`: it gets the call's number (from 1), the real call and the request. */
export function limitersWith(between: (call: number, real: Ask, request: LimiterRequest) => Promise<LimiterAnswer>) {
  let call = 0;
  return new Proxy(env.GATE, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name !== 'get') return member.bind(target);
      return (id: DurableObjectId) => {
        const stub = target.get(id);
        call += 1;
        const mine = call;
        return { admit: (request: LimiterRequest) => between(mine, async (asked) => await stub.admit(asked), request) };
      };
    },
  });
}

/** What the runtime throws when it loses an object. */
export const lost = (flags: { retryable?: boolean; overloaded?: boolean }): Error =>
  Object.assign(new Error('Network connection lost.'), flags);

export const unreachableLimiters = () =>
  limitersWith(async () => {
    throw lost({});
  });
