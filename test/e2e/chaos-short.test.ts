import { expect, it } from 'vitest';
import { chaos } from '../chaos/chaos.ts';
import { table } from '../chaos/table.ts';

it('sends once and loses nothing while providers misbehave and the runtime is killed again and again', async () => {
  const seed = process.env.CHAOS_SEED ?? 'short';
  const report = await chaos({ seed, sends: 150, kills: 6, clients: 16, settled: false });
  expect(report.verdict, `seed ${seed}\n${table(report)}`).toEqual({ duplicates: [], lost: [], disagreeing: [] });
  expect(report.aftermath.kills).toBe(6);
  expect(report.calls.filter(({ delivered }) => delivered).length).toBeGreaterThan(50);
}, 120_000);
