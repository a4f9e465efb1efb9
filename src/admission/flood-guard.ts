import type { Bindings } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';

/** The groups of an IPv6 address that name its /64, which is what one customer of a network usually gets. */
const NETWORK_GROUPS = 4;

/**
 * The key that failed authentications are counted under: an IPv4 address, or the /64 of an IPv6 address. One host may use every address
 * of its /64 (RFC 6177), so single addresses would not limit it.
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
 * Counts a failed authentication and says how to answer it. Call it only after a failure: a merchant with valid credentials never meets
 * this guard, whoever else shares its address. When the binding fails, the answer is the usual 401.
 */
export async function failedAuthentication(
  env: Pick<Bindings, 'FAILED_AUTHENTICATIONS'>,
  clientAddress: string,
): Promise<'unauthenticated' | 'rate_limited'> {
  try {
    const { success } = await env.FAILED_AUTHENTICATIONS.limit({ key: floodKey(clientAddress) });
    return success ? 'unauthenticated' : 'rate_limited';
  } catch (error) {
    log('warn', 'flood_guard_unavailable', { reason: errorMessage(error) });
    return 'unauthenticated';
  }
}
