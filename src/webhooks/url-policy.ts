import ipaddr from 'ipaddr.js';
import type { Config } from '../env.ts';

/** What clouds keep at public addresses: Azure's host of every virtual machine. */
const CLOUD_ADDRESSES = ['168.63.129.16'];

/** The four numbers that WHATWG URL makes of every written form of an IPv4 address (decimal, octal, hex, short). */
export const isIPv4 = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host);

/** Is this IPv4 address (dotted) one of the public internet's? */
export const isPublicIPv4 = (dotted: string): boolean =>
  ipaddr.IPv4.parse(dotted).range() === 'unicast' && !CLOUD_ADDRESSES.includes(dotted);

const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Is this IPv6 address (as in a WHATWG URL, without brackets) one of the public internet's? Only global unicast is (2000::/3, RFC 4291),
 * and of that nothing that documents, tunnels or translates: such an address may carry a private IPv4 one.
 */
export function isPublicIPv6(address: string): boolean {
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.match(globalUnicast) && parsed.range() === 'unicast';
}

/** 127.0.0.0/8 or ::1, as a WHATWG URL's hostname has it. */
export const isLoopback = (host: string): boolean => host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));

export type Destination = { kind: 'ok'; url: string } | { kind: 'refused'; reason: string };

const MAX_LENGTH = 2048;
const PORTS = ['', '443', '8443'];

/** Endings of names that are not public (RFC 6761, 6762, 8375, ICANN's reserved). */
const LOCAL_ENDINGS = [
  'alt',
  'arpa',
  'corp',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'onion',
  'private',
  'test',
];

/** Public names that resolve to whatever address is written in them, or to the loopback. */
const MIRROR_DOMAINS = [
  'lacolhost.com',
  'localtest.me',
  'lvh.me',
  'nip.io',
  'sslip.io',
  'traefik.me',
  'vcap.me',
  'xip.io',
];

const refused = (reason: string): Destination => ({ kind: 'refused', reason });
const isInDomain = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`);

/**
 * Whether the gateway may send to this URL. It is checked when an endpoint is registered and at each delivery. WHATWG URL normalises
 * every written form of an address. What a public name resolves to cannot be seen from a Worker, but its fetch reaches no private
 * network of ours.
 */
export function checkDestination(text: string, config: Pick<Config, 'ENVIRONMENT' | 'PUBLIC_BASE_URL'>): Destination {
  if (text.length > MAX_LENGTH) return refused(`Must have at most ${MAX_LENGTH} characters.`);
  const url = URL.parse(text);
  if (!url) return refused('Must be an absolute URL.');
  if (url.username !== '' || url.password !== '') return refused('Must not carry a user name or password.');
  const host = url.hostname.replace(/\.+$/, '');
  url.hash = '';
  const own = new URL(config.PUBLIC_BASE_URL);
  // Locally other ports of this machine are other servers.
  const isOwn = host === own.hostname.replace(/\.+$/, '') && (config.ENVIRONMENT !== 'local' || url.port === own.port);
  if (isOwn) return refused('Must not be the gateway itself.');
  const local = config.ENVIRONMENT === 'local' && (isLoopback(host) || host === 'localhost');
  if (local && (url.protocol === 'http:' || url.protocol === 'https:')) return { kind: 'ok', url: url.href };
  if (url.protocol !== 'https:') return refused('Must begin with https://.');
  if (!PORTS.includes(url.port)) return refused('Must use port 443 or 8443.');
  if (host.startsWith('[')) {
    return isPublicIPv6(host.slice(1, -1)) ? { kind: 'ok', url: url.href } : refused('Must be a public address.');
  }
  if (isIPv4(host)) return isPublicIPv4(host) ? { kind: 'ok', url: url.href } : refused('Must be a public address.');
  // Some resolvers accept underscores, which no host name has: only letters, digits and hyphens (RFC 1123 §2.1).
  if (!/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(host) || host.length > 253)
    return refused('Must be a public host name.');
  if (
    LOCAL_ENDINGS.some((ending) => isInDomain(host, ending)) ||
    MIRROR_DOMAINS.some((mirror) => isInDomain(host, mirror))
  )
    return refused('Must be a public host name.');
  return { kind: 'ok', url: url.href };
}
