import { HOUR_MS } from '../lib/durations.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import { LruMap } from '../lib/lru-map.ts';
import { type KnownCredential, noteLastUse } from '../store/credentials.ts';

/** The hours that this isolate has noted, by credential: what it has cached of a credential may be older. */
const noted = new LruMap<string, number>({ max: 5_000 });

/**
 * Notes the hour in which a credential is used: beside the request, at most once an hour and isolate, and D1 writes at most one row an
 * hour. It is lost when D1 does not take it. `now` in ms.
 */
export function noteUse(
  merchantId: string,
  { id, lastUsedAt }: Pick<KnownCredential, 'id' | 'lastUsedAt'>,
  deps: { db: D1Database; now: number; waitUntil?: (work: Promise<unknown>) => void },
): void {
  const hour = deps.now - (deps.now % HOUR_MS);
  if (!deps.waitUntil || hour <= Math.max(lastUsedAt ?? 0, noted.get(id) ?? 0)) return;
  noted.set(id, hour);
  const noting = noteLastUse(deps.db, merchantId, id, hour).catch((error: unknown) => {
    log('warn', 'last_use_not_noted', { credentialId: id, error: errorMessage(error) });
  });
  deps.waitUntil(noting);
}
