import { env } from 'cloudflare:workers';
import type { Bindings } from '../../src/env.ts';
import type {
  AwaitCommand,
  ChangeReply,
  ClaimCommand,
  ClaimReply,
  CoordinatorRpc,
  ReleaseCommand,
  ReportCommand,
  ReportReply,
} from '../../src/paylinks/coordinator/rpc.ts';

type AwaitReply = ReturnType<CoordinatorRpc['awaitOperation']>;

/** What is done instead of a call to a coordinator; `call` makes it. */
export type Taps = {
  claim?: (call: () => Promise<ClaimReply>, command: ClaimCommand) => Promise<ClaimReply>;
  report?: (call: () => Promise<ReportReply>, command: ReportCommand) => Promise<ReportReply>;
  release?: (call: () => Promise<void>, command: ReleaseCommand) => Promise<void>;
  change?: (call: () => Promise<ChangeReply>) => Promise<ChangeReply>;
  awaitOperation?: (call: () => AwaitReply, command: AwaitCommand) => AwaitReply;
};

/** Bindings whose coordinators' calls go through these taps; `calls` names each call that was made. */
export function tapped(taps: Taps): { bindings: Bindings; calls: string[] } {
  const calls: string[] = [];
  const tap = <C, R>(
    name: string,
    real: (command: C) => Promise<R>,
    by?: (call: () => Promise<R>, command: C) => Promise<R>,
  ) => {
    return (command: C): Promise<R> => {
      calls.push(name);
      return by ? by(async () => await real(command), command) : real(command);
    };
  };
  const wrapped = (stub: ReturnType<Bindings['COORDINATOR']['get']>) =>
    new Proxy(stub, {
      get: (target, name) => {
        if (name === 'claim') return tap('claim', async (one: ClaimCommand) => await target.claim(one), taps.claim);
        if (name === 'report')
          return tap('report', async (one: ReportCommand) => await target.report(one), taps.report);
        if (name === 'release') {
          return tap('release', async (one: ReleaseCommand) => await target.release(one), taps.release);
        }
        if (name === 'awaitOperation') {
          return tap(
            'awaitOperation',
            async (one: AwaitCommand) => await target.awaitOperation(one),
            taps.awaitOperation,
          );
        }
        if (name === 'change') {
          return (...args: Parameters<CoordinatorRpc['change']>) =>
            tap('change', async () => await target.change(...args), taps.change)(undefined);
        }
        return Reflect.get(target, name);
      },
    });
  const COORDINATOR = new Proxy(env.COORDINATOR, {
    get: (target, name) =>
      name === 'get'
        ? (...args: Parameters<typeof target.get>) => wrapped(target.get(...args))
        : Reflect.get(target, name).bind(target),
  });
  return { bindings: { ...env, COORDINATOR }, calls };
}

/** Bindings that also tell, by `claimed`, when the first claim was answered. */
export function tappedClaim(): { bindings: Bindings; claimed: Promise<void> } {
  const claimed = Promise.withResolvers<void>();
  const claim = async (call: () => Promise<ClaimReply>): Promise<ClaimReply> => {
    const reply = await call();
    claimed.resolve();
    return reply;
  };
  return { bindings: tapped({ claim }).bindings, claimed: claimed.promise };
}

/** What the runtime throws when the object, or the way to it, was lost. */
export const lost = (): Error => Object.assign(new Error('the object was moved'), { retryable: true });
/** What the runtime throws when too much waits for the object. */
export const overloaded = (): Error => Object.assign(new Error('the object is overloaded'), { overloaded: true });

const unexpected = () => Promise.reject(new Error('an unexpected call'));

/** A coordinator that does only these. */
export const aCoordinator = (some: Partial<CoordinatorRpc>): CoordinatorRpc => ({
  create: unexpected,
  claim: unexpected,
  report: unexpected,
  awaitOperation: unexpected,
  release: unexpected,
  change: unexpected,
  deliveryEvents: unexpected,
  expire: unexpected,
  ping: unexpected,
  send: unexpected,
  ...some,
});
