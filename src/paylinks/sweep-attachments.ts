import * as z from 'zod/mini';
import type { Bindings, Config } from '../env.ts';
import { DAY_MS } from '../lib/durations.ts';
import { log } from '../lib/log.ts';
import type { TurnEnd } from '../lib/turn.ts';
import { filesOf } from '../store/attachments.ts';
import { saveSweep, sweepPosition } from '../store/sweeps.ts';

/** Files that one turn looks at; R2 deletes as many in one call. */
const MAX_LISTED = 500;
const NAME = 'attachments-swept';

/** When this round began (ms), and the last key that it has looked at; null: it is through. */
const Position = z.object({ beganAt: z.int(), after: z.nullable(z.string()) });

/**
 * Once a day looks through all files, some each minute, and deletes those that no Paylink lists: an upload whose answer was lost left them, or
 * R2 failed when they were to be deleted. Nothing serves them meanwhile. One of the last day stays: its Paylink may not have it in D1 yet.
 */
export async function sweepAttachments(env: Bindings, _config: Config, now: number): Promise<TurnEnd> {
  const bucket = env.ATTACHMENTS;
  const noted = await sweepPosition(env.DB, NAME);
  const last = noted === null ? null : Position.parse(JSON.parse(noted));
  if (!bucket || (last && last.after === null && now - last.beganAt < DAY_MS)) return { done: 0, position: null };
  const goesOn = last !== null && last.after !== null;
  const found = await bucket.list({ limit: MAX_LISTED, ...(goesOn ? { startAfter: last.after ?? '' } : {}) });
  const old = found.objects.filter(({ uploaded }) => uploaded.getTime() < now - DAY_MS);
  // {merchant}/{Paylink}/{upload}
  const paylinkOf = (key: string) => key.split('/')[1] ?? '';
  const listed = await filesOf(env.DB, [...new Set(old.map(({ key }) => paylinkOf(key)))]);
  const isListed = (key: string) => listed.get(paylinkOf(key))?.some((file) => file.key === key) === true;
  const unlisted = old.map(({ key }) => key).filter((key) => !isListed(key));
  if (unlisted.length > 0) {
    await bucket.delete(unlisted);
    log('info', 'attachments_swept', { deleted: unlisted.length });
  }
  const after = found.truncated ? (found.objects.at(-1)?.key ?? null) : null;
  await saveSweep(env.DB, NAME, JSON.stringify({ beganAt: goesOn ? last.beganAt : now, after }));
  return { done: unlisted.length, position: null };
}
