import { afterAll, beforeAll, describe, expect } from 'vitest';
import { outages } from '../../src/admission/outages.ts';
import { admissionLaws } from './laws.ts';
import { bridge, objectConfig, startRedis, upstashConfig } from './support.ts';

describe('admission by the merchant limiter', () => {
  admissionLaws(async () => objectConfig(), { refusedCosts: 'never charged' });
});

describe.skipIf(bridge === null)('admission by Upstash, a real redis-server behind its protocol', () => {
  let path: string;
  beforeAll(async () => {
    path = await startRedis();
  });
  afterAll(() => {
    // Otherwise the merchant limiter answered, not Upstash.
    expect(outages.upstash).toBe(0);
  });
  admissionLaws(async () => upstashConfig(path), { refusedCosts: 'given back' });
});
