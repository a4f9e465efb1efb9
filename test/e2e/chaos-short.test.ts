import { expect, it } from 'vitest';
import { chaos } from '../chaos/chaos.ts';
import { table } from '../chaos/table.ts';

it('sends once and loses nothing while providers misbehave, callers hang up, and coordinators are reset and killed again and again', async () => {
  const seed = process.env.CHAOS_SEED ?? 'short';
  const manners = { hangUps: true, platform: { PLATFORM_RESET_EVERY: 50 } };
  const report = await chaos({ seed, sends: 150, kills: 6, clients: 16, settled: false, ...manners });
  expect(report.verdict, `seed ${seed}\n${table(report)}`).toEqual({
    duplicates: [],
    lost: [],
    disagreeing: [],
    afterCancel: [],
    unknownByReset: [],
    leftInJournal: [],
  });
  expect(report.aftermath.kills).toHaveLength(6);
  expect(report.callbacks).toBeGreaterThan(0);
  expect(report.aftermath.hangUps).toBeGreaterThan(0);
  expect(report.resets).toBeGreaterThan(0);
  expect(report.calls.filter(({ delivered }) => delivered).length).toBeGreaterThan(50);
}, 600_000);
