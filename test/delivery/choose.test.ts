import { expect, it } from 'vitest';
import { nextProvider } from '../../src/delivery/providers/index.ts';

const [a, b, c] = [{ name: 'inbox' }, { name: 'mailchannels' }, { name: 'resend' }] as const;

it.each([
  { what: 'the first in order', tried: [], skip: [], next: a },
  { what: 'the next after one that was tried', tried: ['inbox'], skip: [], next: b },
  { what: 'the first that is not skipped', tried: [], skip: ['inbox', 'mailchannels'], next: c },
  { what: 'the first, though skipped, when all are', tried: [], skip: ['inbox', 'mailchannels', 'resend'], next: a },
  { what: 'one skipped rather than none', tried: ['inbox', 'mailchannels'], skip: ['resend'], next: c },
  { what: 'none when all were tried', tried: ['resend', 'inbox', 'mailchannels'], skip: [], next: null },
] as const)('the provider to ask is $what', ({ tried, skip, next }) => {
  expect(nextProvider([a, b, c], tried, skip)).toBe(next);
});
