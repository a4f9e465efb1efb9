import type { Bindings, Config } from '../env.ts';
import { log } from '../log.ts';
import { listExpired } from '../store/paylinks.ts';
import { callCoordinator } from './coordinators.ts';

/** Paylinks a sweep expires at most; the next one takes the rest. */
const most = 500;

/**
 * Writes EXPIRED, with its event, into the Paylinks whose expiration has passed. They cannot be sent from that very moment on; this
 * only writes it down (and tells merchants). @returns how many were found
 */
export async function sweepExpired(env: Bindings, config: Config, now: number): Promise<number> {
  const ids = await listExpired(env.DB, now, most);
  const expire = (id: string) =>
    callCoordinator(env, config, id, (coordinator) => coordinator.change(id, null, { kind: 'expire' }));
  const ended = await Promise.allSettled(ids.map(expire));
  const failed = ended.filter((end) => end.status === 'rejected').length;
  if (failed > 0) log('error', 'expire_failed', { failed, found: ids.length });
  return ids.length;
}
