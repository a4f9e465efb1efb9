import type { RecipientStatus } from '../../store/recipient-status.ts';
import type { CachedPaylink } from './pending-changes.ts';

/** `version`: the Paylink's version that wrote the attempt. */
type Attempt = { entry: CachedPaylink; version: number };

const keyOf = (merchantId: string, hash: string): string => `${merchantId} ${hash}`;

/** Attempts that D1 does not have yet, by merchant and recipient: the cap of a recipient counts them before D1 can. */
export class InFlight {
  readonly #byRecipient = new Map<string, Attempt[]>();

  add(entry: CachedPaylink, hash: string): void {
    const key = keyOf(entry.paylink.merchantId, hash);
    const attempts = this.#unprojected(key);
    this.#byRecipient.set(key, [...attempts, { entry, version: entry.paylink.version }]);
  }

  /** What D1 counted, with what is on its way to each recipient added. */
  addTo(status: RecipientStatus): RecipientStatus {
    const recent = status.hashes.map((hash) => {
      const counted = status.recent.find((one) => one.hash === hash)?.count ?? 0;
      return { hash, count: counted + this.#unprojected(keyOf(status.merchant.id, hash)).length };
    });
    return { ...status, recent };
  }

  /** Those that D1 has are in its own count, and forgotten here. One that was refused counts until D1 knows that. */
  #unprojected(key: string): Attempt[] {
    const attempts = this.#byRecipient.get(key);
    if (!attempts) return [];
    const left = attempts.filter(({ entry, version }) => entry.projectedVersion < version);
    if (left.length > 0) this.#byRecipient.set(key, left);
    else this.#byRecipient.delete(key);
    return left;
  }
}
