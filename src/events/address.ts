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
