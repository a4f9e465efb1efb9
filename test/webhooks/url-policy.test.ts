import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDestination } from '../../src/webhooks/url-policy.ts';

const production = { ENVIRONMENT: 'production', PUBLIC_BASE_URL: 'https://paylinks.example.com' } as const;
const local = { ENVIRONMENT: 'local', PUBLIC_BASE_URL: 'http://localhost:8787' } as const;
const kindOf = (url: string, config: typeof production | typeof local = production) =>
  checkDestination(url, config).kind;

const refused = [
  'http://hooks.shop.example/',
  'ftp://hooks.shop.example/',
  'javascript:alert(1)',
  'data:text/plain,x',
  'file:///etc/passwd',
  'hooks.shop.example/path',
  '//hooks.shop.example/',
  '',
  'https://',
  'https://user@hooks.shop.example/',
  'https://user:secret@hooks.shop.example/',
  'https://:secret@hooks.shop.example/',
  'https://hooks.shop.example@127.0.0.1/',
  'https://hooks.shop.example:22/',
  'https://hooks.shop.example:80/',
  'https://hooks.shop.example:6379/',
  'https://hooks.shop.example:65536/',
  `https://hooks.shop.example/${'a'.repeat(2048)}`,
  'https://127.0.0.1/',
  'https://127.1/',
  'https://127.255.255.254/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.0.0.1/',
  'https://0177.0.0.1/',
  'https://017700000001/',
  'https://127.0.0.1./',
  'https://1%32%37.0.0.1/',
  'https://①②⑦.⓪.⓪.①/',
  'https://127。0。0。1/',
  'https://0/',
  'https://0.0.0.0/',
  'https://10.0.0.1/',
  'https://10.255.255.255/',
  'https://167772161/',
  'https://012.1/',
  'https://100.64.0.1/',
  'https://100.100.100.200/',
  'https://169.254.169.254/latest/meta-data/',
  'https://2852039166/',
  'https://0xa9fea9fe/',
  'https://0251.0376.0251.0376/',
  'https://169.254.43518/',
  'https://168.63.129.16/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.0.0.8/',
  'https://192.0.2.1/',
  'https://192.88.99.1/',
  'https://192.168.1.1/',
  'https://3232235777/',
  'https://198.18.0.1/',
  'https://198.19.255.255/',
  'https://198.51.100.7/',
  'https://203.0.113.9/',
  'https://224.0.0.1/',
  'https://239.255.255.250/',
  'https://240.0.0.1/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b::169.254.169.254]/',
  'https://[64:ff9b:1::1]/',
  'https://[100::1]/',
  'https://[2001::1]/',
  'https://[2001:10::1]/',
  'https://[2001:db8::1]/',
  'https://[2002:7f00:1::]/',
  'https://[3fff::1]/',
  'https://[5f00::1]/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[fe80::1%25eth0]/',
  'https://[fe80::1%eth0]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://localhost/',
  'https://LOCALHOST/',
  'https://localhost./',
  'https://localhost:8443/',
  'https://app.localhost/',
  'https://printer.local/',
  'https://printer.local./',
  'https://metadata.google.internal/',
  'https://kubernetes.default.svc.cluster.local/',
  'https://router.home.arpa/',
  'https://nas.lan/',
  'https://db.corp/',
  'https://wiki.intranet/',
  'https://host.localdomain/',
  'https://1.0.0.127.in-addr.arpa/',
  'https://hidden.onion/',
  'https://intranet/',
  'https://com./',
  'https://127.0.0.1.nip.io/',
  'https://10-0-0-1.sslip.io/',
  'https://localtest.me/',
  'https://app.lvh.me/',
  'https://under_score.shop.example/',
  'https://a..b.example/',
  'https://-a.example/',
  'https://paylinks.example.com/',
  'https://PAYLINKS.example.com./webhooks',
];

const accepted = [
  'https://hooks.shop.example/paylinks?token=1',
  'https://hooks.shop.example:8443/',
  'https://hooks.shop.example:443/',
  'https://shop.example./',
  'https://münchen.example/',
  'https://xn--mnchen-3ya.example/',
  'https://8.8.8.8/',
  'https://134744072/',
  'https://11.0.0.1/',
  'https://100.128.0.1/',
  'https://172.32.0.1/',
  'https://192.169.0.1/',
  'https://223.255.255.254/',
  'https://[2606:4700:4700::1111]/',
  'https://[2001:4860:4860::8888]/',
  'https://localhost.example/',
  'https://internal.example/',
];

const privateIPv4 = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), fc.nat(255), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.integer({ min: 224, max: 255 }), fc.nat(255), fc.nat(255), fc.nat(255)),
);

const radix = (value: number, base: 8 | 10 | 16) => ({ 8: '0', 10: '', 16: '0x' })[base] + value.toString(base);

/** An IPv4 address with its last numbers joined and each number in some base, as inet_aton reads it. */
const written = (parts: readonly number[], joined: number, bases: readonly (8 | 10 | 16)[]) => {
  const head = parts.slice(0, 4 - joined);
  const tail = parts.slice(4 - joined).reduce((sum, part) => sum * 256 + part, 0);
  return [...head, tail].map((part, index) => radix(part, bases[index] ?? 10)).join('.');
};
const base = fc.constantFrom<8 | 10 | 16>(8, 10, 16);

describe('where events may be sent', () => {
  it.each(refused)('refuses %s', (url) => expect(kindOf(url)).toBe('refused'));

  it.each(accepted)('accepts %s', (url) => expect(kindOf(url)).toBe('ok'));

  it('sees through every numeric form of a private IPv4 address, also inside IPv6', () => {
    fc.assert(
      fc.property(
        privateIPv4,
        fc.integer({ min: 1, max: 4 }),
        fc.tuple(base, base, base, base),
        (parts, joined, bases) => {
          expect(kindOf(`https://${written(parts, joined, bases)}/`)).toBe('refused');
          expect(kindOf(`https://[::ffff:${parts.join('.')}]/`)).toBe('refused');
          expect(kindOf(`https://[64:ff9b::${parts.join('.')}]/`)).toBe('refused');
        },
      ),
    );
  });

  it('allows the loopback, and http to it, only locally', () => {
    for (const url of [
      'http://localhost:4000/hook',
      'http://127.0.0.1:4000/',
      'http://[::1]:4000/',
      'https://localhost/',
    ]) {
      expect(kindOf(url, local)).toBe('ok');
      expect(kindOf(url)).toBe('refused');
    }
    expect(kindOf('http://192.168.1.1/', local)).toBe('refused');
    expect(kindOf('http://hooks.shop.example/', local)).toBe('refused');
    expect(kindOf('http://localhost.evil.example/', local)).toBe('refused');
  });

  it.each([
    ['locally', local, ['http://localhost:8787/', 'http://LOCALHOST.:8787/webhooks/payments']],
    ['deployed', production, ['https://paylinks.example.com:8443/', 'https://paylinks.example.com../']],
    [
      'deployed at an address',
      { ENVIRONMENT: 'production', PUBLIC_BASE_URL: 'https://8.8.8.8' } as const,
      ['https://8.8.8.8/', 'https://134744072/'],
    ],
  ])('is never the gateway itself, %s', (_, config, urls) => {
    for (const url of urls)
      expect(checkDestination(url, config)).toEqual({ kind: 'refused', reason: 'Must not be the gateway itself.' });
    expect(checkDestination('http://localhost:8788/', local).kind).toBe('ok');
  });

  it('keeps the URL in its normal form, without a fragment', () => {
    expect(checkDestination('https://HOOKS.shop.example/a/../b#top', production)).toEqual({
      kind: 'ok',
      url: 'https://hooks.shop.example/b',
    });
  });
});
