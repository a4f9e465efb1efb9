import { expect, it } from 'vitest';
import type { Measurement } from '../../../bench/measure.ts';
import { report, type Series } from '../../../bench/report.ts';

const measured = (perSecond: number, cpuMicros = 1_000): Measurement => ({
  perSecond,
  cpuMicros,
  p50: 10,
  p99: 20,
  generator: 0.5,
});

const series = (name: string, target: number | null, sides: Partial<Omit<Series, 'scenario'>>): Series => ({
  scenario: { name, target, times: 1, status: 200, afterwards: false, sides: [], prepare: async () => [] },
  floor: [],
  again: [],
  gateway: [],
  peer: [],
  ...sides,
});

const floor = [100, 1_000, 200].map((perSecond) => measured(perSecond));

it('compares sides within a round, so that a slow round is slow for both', () => {
  const gateway = [95, 950, 190].map((perSecond) => measured(perSecond, 1_100));
  const { rows, targets } = report([series('send (REST)', 0.9, { floor, again: floor, gateway })]);
  expect(rows[0]?.ofFloor).toEqual({ perSecond: 0.95, cpuMicros: 1.1, p99: 1 });
  expect(targets.map(({ what, met }) => [what, met])).toEqual([
    ["send (REST): throughput of its floor's", true],
    ["send (REST): CPU a request of its floor's", true],
    ["send (REST): p99 of its floor's", true],
  ]);
});

it('says how far the floor is from itself', () => {
  const again = [110, 1_000, 160].map((perSecond) => measured(perSecond));
  const { rows } = report([series('read', 0.85, { floor, again, gateway: floor })]);
  expect(rows[0]?.spread.perSecond.median).toBeCloseTo(1 - 100 / 110);
  expect(rows[0]?.spread.perSecond.largest).toBeCloseTo(0.25);
});

it('holds GraphQL against REST of the same round, and each against the peer by the same surface', () => {
  const at = (...rates: number[]) => rates.map((perSecond) => measured(perSecond));
  const { targets } = report([
    series('send (REST)', null, { floor, again: floor, gateway: at(100, 200, 50), peer: at(50, 100, 25) }),
    series('send (GraphQL)', null, { floor, again: floor, gateway: at(90, 190, 60), peer: at(30, 60, 20) }),
  ]);
  const of = (what: string) => targets.find((target) => target.what === what);
  expect(of('send (GraphQL): throughput of send (REST)')?.measured).toBeCloseTo(0.95);
  expect(of("send (REST): throughput of the peer's")).toMatchObject({ measured: 2, met: false });
  expect(of("send (GraphQL): throughput of the peer's")).toMatchObject({ measured: 3, met: true });
});

it('calls a target of something that was not measured not met', () => {
  const { targets } = report([series('create', 0.85, {})]);
  expect(targets).toEqual([
    { what: "create: throughput of its floor's", measured: null, wanted: '≥ 0.85', met: false },
  ]);
});
