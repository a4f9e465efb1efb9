import { expect, it } from 'vitest';
import type { Measurement } from '../../../bench/measure.ts';
import { report, type Series } from '../../../bench/report.ts';

const measured = (perSecond: number, cpuMicros = 1_000): Measurement => ({
  perSecond,
  cpuMicros,
  p50: 10,
  p99: 20,
  generatorLoad: 0.5,
});

const series = (name: string, target: number | null, sides: Partial<Omit<Series, 'scenario'>>): Series => ({
  scenario: { name, group: name, target, times: 1, status: 200, untilIdle: false, prepare: async () => [] },
  floor: [],
  again: [],
  gateway: [],
  ...sides,
});

const floor = [100, 1_000, 200].map((perSecond) => measured(perSecond));

it('the report compares sides within a round, so that a slow round is slow for both', () => {
  const gateway = [95, 980, 170].map((perSecond) => measured(perSecond, 1_100));
  const { rows, verdicts } = report([series('send (REST)', 0.9, { floor, again: floor, gateway })]);
  expect(rows[0]?.ofFloor).toEqual({ perSecond: 0.95, cpuMicros: 1.1, p99: 1 });
  expect(verdicts.map(({ what, met }) => [what, met])).toEqual([
    ['send (REST): throughput, of its floor', true],
    ['send (REST): CPU per request, of its floor', true],
    ['send (REST): p99, of its floor', true],
  ]);
});

it('the report says how far the floor is from itself', () => {
  const again = [110, 1_000, 160].map((perSecond) => measured(perSecond));
  const { rows } = report([series('read', 0.85, { floor, again, gateway: floor })]);
  expect(rows[0]?.spread.perSecond.median).toBeCloseTo(1 - 100 / 110);
  expect(rows[0]?.spread.perSecond.largest).toBeCloseTo(0.25);
});

it('the report holds a send by GraphQL against one by REST of the same round', () => {
  const at = (...rates: number[]) => rates.map((perSecond) => measured(perSecond));
  const { verdicts } = report([
    series('send (REST)', null, { floor, again: floor, gateway: at(100, 200, 50) }),
    series('send (GraphQL)', null, { floor, again: floor, gateway: at(90, 190, 60) }),
  ]);
  const found = verdicts.find(({ what }) => what === 'send (GraphQL): throughput, of send (REST)');
  expect(found?.measured).toBeCloseTo(0.95);
});

it('the report calls an aim of something that was not measured not met', () => {
  const { verdicts } = report([series('create', 0.85, {})]);
  expect(verdicts).toEqual([
    { what: 'create: throughput, of its floor', measured: Number.NaN, wanted: '≥ 0.85', met: false },
  ]);
});
