import { setTimeout as pause } from 'node:timers/promises';
import { type Records, readRecords } from './records.ts';

/** Alarms look after what is abandoned after 30 s and ask what became of it 30 s later. On a busy machine it takes longer; ms */
const patienceMs = 300_000;

/** What still waits for an alarm; null: nothing. @param settled whether what is unknown has to be looked into, too (after 30 s) */
export function unfinished({ logs, operations, changes, paylinks }: Records, settled: boolean): string | null {
  const versions = new Map(paylinks.map(({ id, version }) => [id, version]));
  const pending = logs.filter(({ status }) => status === 'PENDING').length;
  const running = operations.filter(({ state }) => state === 'running').length;
  const isOpen = ({ state }: Records['operations'][number]) => state === 'unsettled' || state === 'settling';
  const unasked = settled ? operations.filter((one) => isOpen(one) && one.tries === 0).length : 0;
  const isBehind = ({ head }: Records['changes'][number]) => (versions.get(head.id) ?? 0) < head.version;
  const behind = changes.filter(isBehind).length;
  const kept = changes.filter((one) => !isBehind(one) && !one.isHeld).length;
  if (pending + running + unasked + behind + kept === 0) return null;
  return `${pending} attempts PENDING, ${running} operations running, ${unasked} not looked into, ${behind} Paylinks not in D1, ${kept} rows of the journal that it has`;
}

/**
 * Waits, within bounds, until the coordinators' alarms have done their work by themselves.
 * @param look is shown the records on the way @returns what is left undone
 */
export async function calm(
  state: string,
  settled: boolean,
  look: (records: Records) => void = () => {},
): Promise<string | null> {
  for (const deadline = Date.now() + patienceMs; ; ) {
    const records = readRecords(state);
    look(records);
    const left = unfinished(records, settled);
    if (left === null || Date.now() > deadline) return left;
    await pause(1_000);
  }
}
