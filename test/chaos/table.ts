import type { Report } from './chaos.ts';

const counted = (items: readonly string[]): [string, number][] => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

const line = (title: string, counts: [string, number][]) =>
  `${title.padEnd(22)}${counts.map(([name, count]) => `${name} ${count}`).join(', ')}`;

const reasonOf = ({ reason }: Report['records']['logs'][number]) => reason ?? 'no reason';

/** The run as a person reads it. */
export function table({ verdict, calls, records, aftermath, resets, callbacks, seconds }: Report): string {
  const ends = aftermath.stories.flatMap(({ sends }) => sends.flatMap((send) => send.ends.slice(0, 1)));
  const endOf = (end: (typeof ends)[number]) => (end.kind === 'refused' ? end.code : end.kind);
  return [
    line('the storm', [
      ['sends', aftermath.sends],
      ['Paylinks', aftermath.stories.length],
      ['requests', aftermath.requests],
      ['kills', aftermath.kills.length],
      ['resets', resets],
      ['hang-ups', aftermath.hangUps],
      ['cancels', aftermath.stories.filter(({ canceledAt }) => canceledAt !== null).length],
      ['payments', aftermath.stories.reduce((sum, { paid }) => sum + paid.length, 0)],
      ['callbacks', callbacks],
      ['seconds', seconds],
    ]),
    line('clients were told', counted(ends.map(endOf))),
    line('providers were asked', counted(calls.map(({ provider }) => provider))),
    line('… and did', counted(calls.map(({ behaviour }) => behaviour))),
    line('… and delivered', counted(calls.filter(({ delivered }) => delivered).map(({ provider }) => provider))),
    line('D1 says', counted(records.logs.map(({ status }) => status))),
    line('… UNKNOWN, as', counted(records.logs.filter(({ status }) => status === 'UNKNOWN').map(reasonOf))),
    line('coordinators say', counted(records.operations.map(({ state }) => state))),
    ...Object.entries(verdict).map(([kind, list]) => line(kind, [['', list.length]])),
    ...Object.entries(verdict).flatMap(([kind, list]) => list.slice(0, 20).map((text) => `  ${kind}: ${text}`)),
  ].join('\n');
}
