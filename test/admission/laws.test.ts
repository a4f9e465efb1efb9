import { afterAll, beforeAll, describe, expect } from 'vitest';
import { outages } from '../../src/admission/outages.ts';
import { bridge, objectConfig, startRedis, upstashConfig } from './forms.ts';
import { admissionLaws } from './laws.ts';

describe('admission by the gate', () => {
  admissionLaws(async () => objectConfig(), { refusedCosts: 'never charged' });
});

describe.skipIf(bridge === null)('admission by Upstash, a real redis-server behind its protocol', () => {
  let path: string;
  beforeAll(async () => {
    path = await startRedis();
  });
  afterAll(() => {
    // Else the gate would have kept the laws in its place.
    expect(outages.upstash).toBe(0);
  });
  admissionLaws(async () => upstashConfig(path), { refusedCosts: 'given back' });
});
