import type { Bindings } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import { LruMap } from '../lib/lru-map.ts';

/** The guards, by their bindings: wrong credentials, and links, tokens and callbacks that nobody made. */
export type Guard = 'FAILED_AUTHENTICATIONS' | 'UNKNOWN_REQUESTS';

/** For how long an isolate refuses an address by itself once a binding has, ms. */
export const REMEMBERED_MS = 10_000;
/** Networks that are remembered: some 2 MB. */
const MAX_NETWORKS = 10_000;

/** Until when each network is refused, ms. */
const refusedUntil: Record<Guard, LruMap<string, number>> = {
  FAILED_AUTHENTICATIONS: new LruMap({ max: MAX_NETWORKS }),
  UNKNOWN_REQUESTS: new LruMap({ max: MAX_NETWORKS }),
};

/** An address as its eight groups, IPv6; null for any other. */
function groupsOf(address: string): string[] | null {
  if (!address.includes(':')) return null;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups.map((group) => group.replace(/^0+(?=.)/, ''));
}

/**
 * The keys that an address is counted under: an IPv4 address, or the /64 and the /48 of an IPv6 address. One host may use every address
 * of its /64, and one site every /64 of its /48 (RFC 6177), so single addresses would not limit them.
 */
export function networksOf(clientAddress: string): string[] {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(clientAddress);
  if (mapped?.[1]) return [mapped[1]];
  const groups = groupsOf(clientAddress);
  if (!groups) return [clientAddress];
  return [`${groups.slice(0, 4).join(':')}::/64`, `${groups.slice(0, 3).join(':')}::/48`];
}

/** Whether this isolate knows that `guard` has refused the address within the last 10 s. Costs no I/O. @param now ms */
export function isRefused(guard: Guard, clientAddress: string, now: number): boolean {
  return networksOf(clientAddress).some((network) => (refusedUntil[guard].get(network) ?? 0) > now);
}

/** Where the platform does not say who asks: counted like any other, but nothing is remembered of it. */
export const NO_ADDRESS = 'unknown';

/**
 * Counts a failure of an address. Call it only after one: whoever never fails never meets a guard. When the binding fails, nobody is
 * refused. @param now ms @returns whether it is too many
 */
export async function isTooMany(
  env: Pick<Bindings, Guard>,
  guard: Guard,
  clientAddress: string,
  now: number,
): Promise<boolean> {
  const networks = networksOf(clientAddress);
  try {
    const counted = await Promise.all(networks.map((key) => env[guard].limit({ key })));
    const refused = networks.filter((_, n) => counted[n]?.success === false);
    if (clientAddress !== NO_ADDRESS)
      for (const network of refused) refusedUntil[guard].set(network, now + REMEMBERED_MS);
    return refused.length > 0;
  } catch (error) {
    log('warn', 'flood_guard_unavailable', { guard, reason: errorMessage(error) });
    return false;
  }
}

/** Whether a link may still be counted as opened: 20 times a minute. When the binding fails, it may. */
export async function mayCountOpening(env: Pick<Bindings, 'OPENINGS'>, code: string): Promise<boolean> {
  try {
    return (await env.OPENINGS.limit({ key: code })).success;
  } catch (error) {
    log('warn', 'flood_guard_unavailable', { guard: 'OPENINGS', reason: errorMessage(error) });
    return true;
  }
}
