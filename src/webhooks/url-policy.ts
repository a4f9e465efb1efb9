import ipaddr from 'ipaddr.js';
import type { Config } from '../env.ts';

/** What clouds keep at public addresses: Azure's host of every virtual machine. */
const cloudAddresses = ['168.63.129.16'];

/** The four numbers that WHATWG URL makes of every written form of an IPv4 address (decimal, octal, hex, short). */
export const isIPv4 = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host);

/** Is this IPv4 address (dotted) one of the public internet's? */
export const isPublicIPv4 = (dotted: string): boolean =>
  ipaddr.IPv4.parse(dotted).range() === 'unicast' && !cloudAddresses.includes(dotted);

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

const longest = 2048;
const ports = ['', '443', '8443'];

/** Endings that no public resolver answers, or that belong to somebody's own network (RFC 6761, 6762, 8375, ICANN's reserved). */
const localEndings = [
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
const mirrors = ['lacolhost.com', 'localtest.me', 'lvh.me', 'nip.io', 'sslip.io', 'traefik.me', 'vcap.me', 'xip.io'];

const refused = (reason: string): Destination => ({ kind: 'refused', reason });
const within = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`);

/**
 * May the gateway send to this URL? Asked when an endpoint is registered and at each delivery. Every written form of an address is seen
 * through, as WHATWG URL normalises them; what a public name resolves to cannot be seen from a Worker, whose fetch reaches no
 * private network of ours.
 */
export function checkDestination(text: string, config: Pick<Config, 'ENVIRONMENT' | 'PUBLIC_BASE_URL'>): Destination {
  if (text.length > longest) return refused(`Must have at most ${longest} characters.`);
  const url = URL.parse(text);
  if (!url) return refused('Must be an absolute URL.');
  if (url.username !== '' || url.password !== '') return refused('Must not carry a user name or password.');
  const host = url.hostname.replace(/\.+$/, '');
  url.hash = '';
  const local = config.ENVIRONMENT === 'local' && (isLoopback(host) || host === 'localhost');
  if (local && (url.protocol === 'http:' || url.protocol === 'https:')) return { kind: 'ok', url: url.href };
  if (url.protocol !== 'https:') return refused('Must begin with https://.');
  if (!ports.includes(url.port)) return refused('Must use port 443 or 8443.');
  if (host.startsWith('[')) {
    return isPublicIPv6(host.slice(1, -1)) ? { kind: 'ok', url: url.href } : refused('Must be a public address.');
  }
  if (isIPv4(host)) return isPublicIPv4(host) ? { kind: 'ok', url: url.href } : refused('Must be a public address.');
  // Underscores are no host name's, but some resolvers take them; letters, digits and hyphens are enough (RFC 1123 §2.1).
  if (!/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(host) || host.length > 253)
    return refused('Must be a public host name.');
  if (localEndings.some((ending) => within(host, ending)) || mirrors.some((mirror) => within(host, mirror)))
    return refused('Must be a public host name.');
  if (host === new URL(config.PUBLIC_BASE_URL).hostname) return refused('Must not be the gateway itself.');
  return { kind: 'ok', url: url.href };
}
