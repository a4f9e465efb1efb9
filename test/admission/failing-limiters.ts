import { env } from 'cloudflare:workers';
import type { GateAnswer, GateRequest } from '../../src/admission/port.ts';

type Ask = (request: GateRequest) => Promise<GateAnswer>;

/** The gates with something between asker and object: `between` gets the call number (from 1), the real call and the request. */
export function gatesWith(between: (call: number, real: Ask, request: GateRequest) => Promise<GateAnswer>) {
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
        return { admit: (request: GateRequest) => between(mine, async (asked) => await stub.admit(asked), request) };
      };
    },
  });
}

/** As the runtime throws when it loses an object. */
export const lost = (flags: { retryable?: boolean; overloaded?: boolean }): Error =>
  Object.assign(new Error('Network connection lost.'), flags);

export const unreachableGates = () =>
  gatesWith(async () => {
    throw lost({});
  });
