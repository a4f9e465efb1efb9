import type { Bindings, Config } from '../env.ts';
import { databaseOfPaylink } from '../store/shards.ts';
import { suppressAttempt } from '../store/suppressions.ts';
import { parsePaylinkId } from './id.ts';

/**
 * Suppresses whoever a message was sent to, for its merchant and channel. `token` is what the message's link carries:
 * `{paylinkId}.{attemptId}`, 124 random bits. Doing it again changes nothing. @param now ms
 */
export async function unsubscribe(
  env: Bindings,
  _config: Config,
  token: string,
  now: number,
): Promise<'done' | 'unknown'> {
  const [paylink, attempt, ...rest] = token.split('.');
  const paylinkId = parsePaylinkId(paylink ?? '');
  const id = parsePaylinkId(attempt ?? '');
  if (!paylinkId || !id || rest.length > 0) return 'unknown';
  const suppression = { id: crypto.randomUUID(), reason: 'unsubscribe', createdAt: now } as const;
  const known = await suppressAttempt(databaseOfPaylink(env, paylinkId), { id, paylinkId }, suppression);
  return known ? 'done' : 'unknown';
}
