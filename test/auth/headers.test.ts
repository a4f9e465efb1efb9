import { describe, expect, it } from 'vitest';
import { parseClaim } from '../../src/auth/headers.ts';

const signed = {
  'x-merchant-id': '11111111-2222-4333-8444-555555555555',
  timestamp: '1735689600',
  nonce: 'b7c1f2d4e8a94b0c9d3e5f6071829304',
  signature: 'a'.repeat(64),
};
const key = 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';
const claim = (headers: Record<string, string>) => parseClaim(new Headers(headers));

describe('a signed request', () => {
  it('has its time in ms, whether it was sent in seconds or in ms', () => {
    const { 'x-merchant-id': merchantId, ...rest } = signed;
    const read = { kind: 'signed', merchantId, ...rest, time: 1_735_689_600_000, version: 1, unit: 's', keyId: null };
    expect(claim(signed)).toEqual(read);
    expect(claim({ ...signed, timestamp: '1735689600000' })).toEqual({
      ...read,
      timestamp: '1735689600000',
      unit: 'ms',
    });
    expect(claim({ ...signed, 'x-key-id': 'some-id' })).toEqual({ ...read, keyId: 'some-id' });
  });

  it.each([
    ['x-merchant-id', 'merchant'],
    ['timestamp', '0x5'],
    ['timestamp', '-173568960'],
    ['timestamp', '1735689600.5'],
    ['timestamp', '01735689600'],
    ['timestamp', '2025-01-01T00:00:00Z'],
    ['nonce', 'short'],
    ['nonce', 'n'.repeat(65)],
    ['nonce', 'sixteen chars no'],
    ['signature', 'A'.repeat(64)],
    ['signature', 'a'.repeat(63)],
    ['signature', `sha256=${'a'.repeat(57)}`],
    ['x-key-id', 'no spaces'],
  ])('is malformed with %s: %s', (name, value) => {
    expect(claim({ ...signed, [name]: value }).kind).toBe('malformed');
  });

  it.each(['x-merchant-id', 'timestamp', 'nonce', 'signature'])('is malformed without %s', (name) => {
    const headers = new Headers(signed);
    headers.delete(name);
    expect(parseClaim(headers).kind).toBe('malformed');
  });

  it('is malformed with a repeated header', () => {
    const headers = new Headers(signed);
    headers.append('nonce', signed.nonce);
    expect(parseClaim(headers).kind).toBe('malformed');
  });

  it('is malformed with an Authorization too: it would have two identities', () => {
    expect(claim({ ...signed, authorization: `Bearer ${key}` }).kind).toBe('malformed');
  });
});

describe('Authorization', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'ApiKey', 'apikey'])('accepts a key with the scheme %s', (scheme) => {
    expect(claim({ authorization: `${scheme} ${key}` })).toEqual({ kind: 'bearer', key, merchantId: null });
  });

  it.each([
    'Basic dXNlcjpwYXNzd29yZDEyMw==',
    key,
    'Bearer',
    'Bearer ',
    `Bearer ${key} ${key}`,
    'Bearer short',
    `Bearer ${'k'.repeat(257)}`,
  ])('refuses %s', (authorization) => {
    expect(claim({ authorization }).kind).toBe('malformed');
  });

  it('is malformed when there is none', () => {
    expect(claim({})).toMatchObject({ kind: 'malformed', reason: 'no credentials' });
  });
});
