import type { Bindings } from '../env.ts';
import { log } from '../lib/log.ts';

/** The groups of an IPv6 address that one customer of a network usually gets: its /64. */
const NETWORK_GROUPS = 4;

/**
 * Who a failed authentication is held against: an IPv4 address, or the /64 an IPv6 address is in – a single host may use any address of
 * its /64 (RFC 6177), so each alone would be a fresh start.
 */
export function floodKey(clientAddress: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(clientAddress);
  if (mapped?.[1]) return mapped[1];
  if (!clientAddress.includes(':')) return clientAddress;
  const [head = '', tail] = clientAddress.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

/**
 * What to tell somebody whose authentication has just failed. Ask only then, as asking counts: a merchant that signs well never meets
 * this guard, whoever else shares its address. Without the binding the answer is the plain 401: the guard must not let anyone in or out.
 */
export async function failedAuthentication(
  env: Pick<Bindings, 'FAILED_AUTHENTICATIONS'>,
  clientAddress: string,
): Promise<'unauthenticated' | 'rate_limited'> {
  try {
    const { success } = await env.FAILED_AUTHENTICATIONS.limit({ key: floodKey(clientAddress) });
    return success ? 'unauthenticated' : 'rate_limited';
  } catch (error) {
    log('warn', 'flood_guard_unavailable', { reason: error instanceof Error ? error.message : String(error) });
    return 'unauthenticated';
  }
}
