import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import { MINUTE_MS } from '../../../lib/durations.ts';
import { LoadingCache } from '../../../lib/loading-cache.ts';
import { importEd25519, strictBase64 } from '../../../lib/signatures.ts';

/** Look-ups that an isolate makes in a minute, so that signatures with invented key ids cannot make it send a request each. */
const MAX_LOOKUPS = 20;
const TIMEOUT_MS = 3_000;

const Answer = z.object({ key: z.string().check(z.maxLength(2_000)) });

/** The key could not be looked up now. The sender should try again later. */
export class KeyUnavailable extends Error {
  override name = 'KeyUnavailable';
}

class TooManyLookups extends Error {}

/** MailChannels' public keys by id. A new id is looked up, so a rotated key is found; a known key is looked up again after an hour. */
export class MailChannelsKeys {
  readonly #cache = new LoadingCache<CryptoKey>({
    known: { max: 32, maxAgeMs: 60 * MINUTE_MS },
    absent: { max: 1_000, maxAgeMs: 10 * MINUTE_MS },
  });
  #window = { startedAt: 0, lookups: 0 };
  /** Ids that had a key. Looking them up again does not count against the limit. */
  readonly #genuine = new Set<string>();

  /**
   * The key of an id, whose form is already checked. null: there is none, or the limit is reached. @param now ms
   * @param mayAsk false: only an id that had a key is looked up
   * @throws KeyUnavailable
   */
  async get(
    config: Pick<Config, 'MAILCHANNELS_BASE_URL'>,
    id: string,
    now: number,
    mayAsk = true,
  ): Promise<CryptoKey | null> {
    const base = config.MAILCHANNELS_BASE_URL;
    if (!mayAsk && !this.#genuine.has(id)) return null;
    try {
      return await this.#cache.get(`${base} ${id}`, now, () => this.#load(base, id, now));
    } catch (error) {
      if (error instanceof TooManyLookups) return null;
      throw error;
    }
  }

  /** Beyond the limit it throws, so that the id is not cached as unknown. */
  async #load(base: string, id: string, now: number): Promise<CryptoKey | null> {
    if (!this.#genuine.has(id)) {
      if (now - this.#window.startedAt >= MINUTE_MS) this.#window = { startedAt: now, lookups: 0 };
      this.#window.lookups += 1;
      if (this.#window.lookups > MAX_LOOKUPS) throw new TooManyLookups();
    }
    const key = await lookUp(base, id);
    if (key && this.#genuine.size < 32) this.#genuine.add(id);
    return key;
  }
}

async function lookUp(base: string, id: string): Promise<CryptoKey | null> {
  const url = `${base}/tx/v1/webhook/public-key?id=${encodeURIComponent(id)}`;
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = response.ok ? await response.json() : await response.body?.cancel();
  } catch {
    throw new KeyUnavailable('no answer');
  }
  if (response.status === 400 || response.status === 404) return null;
  const answer = Answer.safeParse(body);
  if (!response.ok || !answer.success) throw new KeyUnavailable(`answered ${response.status}`);
  const spki = strictBase64(answer.data.key.replace(/-----(?:BEGIN|END) PUBLIC KEY-----|\s/g, ''));
  return spki ? importEd25519('spki', spki) : null;
}
