import type { Config } from '../env.ts';

/** [network, prefix bits] of IANA's special-purpose registry (RFC 6890 and its updates), and what clouds keep at fixed addresses. */
const reservedV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const numberOf = (dotted: string): number => dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** The four numbers that WHATWG URL makes of every written form of an IPv4 address (decimal, octal, hex, short). */
export const isIPv4 = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host);

/** Is this IPv4 address (dotted) one of the public internet's? */
export function isPublicIPv4(dotted: string): boolean {
  const address = numberOf(dotted);
  return !reservedV4.some(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor(numberOf(network) / size);
  });
}

/** The eight 16-bit groups of an IPv6 address as WHATWG URL serialises it (RFC 5952), without brackets. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/**
 * Is this IPv6 address (as in a WHATWG URL, without brackets) one of the public internet's? Only global unicast is (2000::/3, RFC 4291),
 * and of that nothing that documents, tunnels or translates: such an address may carry a private IPv4 one.
 */
export function isPublicIPv6(address: string): boolean {
  const [first = 0, second = 0] = groupsOf(address);
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001) return second >= 0x0200 && second !== 0x0db8;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
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
