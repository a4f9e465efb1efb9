import type { RecipientStatus } from '../../store/recipient-status.ts';
import type { Target } from '../domain/attempts.ts';
import type { CachedPaylink } from './pending-changes.ts';

/** `version`: the Paylink's version that wrote the attempt. */
type Attempt = { entry: CachedPaylink; version: number };

const keyOf = (merchantId: string, hash: string): string => `${merchantId} ${hash}`;

/** In place of a recipient: all SMS of the merchant. A hash is never this. */
const ANY_SMS = '*';

/** Attempts that D1 does not have yet, by merchant and recipient, and SMS by merchant: caps count them before D1 can. */
export class InFlight {
  readonly #attempts = new Map<string, Attempt[]>();

  add(entry: CachedPaylink, { channel, hash }: Pick<Target, 'channel' | 'hash'>): void {
    const { merchantId, version } = entry.paylink;
    const keys = [keyOf(merchantId, hash), ...(channel === 'SMS' ? [keyOf(merchantId, ANY_SMS)] : [])];
    for (const key of keys) this.#attempts.set(key, [...this.#unprojected(key), { entry, version }]);
  }

  /** What D1 counted, with what is on its way to each recipient added. */
  addTo(status: RecipientStatus): RecipientStatus {
    const recent = status.hashes.map((hash) => {
      const counted = status.recent.find((one) => one.hash === hash)?.count ?? 0;
      return { hash, count: counted + this.#unprojected(keyOf(status.merchant.id, hash)).length };
    });
    const sms = this.#unprojected(keyOf(status.merchant.id, ANY_SMS)).length;
    return { ...status, recent, recentSms: status.recentSms === null ? null : status.recentSms + sms };
  }

  /** Those that D1 has are in its own count, and forgotten here. One that was refused counts until D1 knows that. */
  #unprojected(key: string): Attempt[] {
    const attempts = this.#attempts.get(key);
    if (!attempts) return [];
    const left = attempts.filter(({ entry, version }) => entry.projectedVersion < version);
    if (left.length > 0) this.#attempts.set(key, left);
    else this.#attempts.delete(key);
    return left;
  }
}
