import type { RecipientStatus } from '../../store/recipient-status.ts';
import type { CachedPaylink } from './pending-changes.ts';

/** A channel of a send under way. `version`: the Paylink's version that wrote its first attempt. */
export type InFlightSend = { entry: CachedPaylink; hash: string; version: number };

/** The sends that this coordinator has under way, by merchant and recipient: the cap of a recipient counts them before D1 can. */
export class InFlight {
  readonly #byRecipient = new Map<string, Set<InFlightSend>>();

  add(send: InFlightSend): void {
    const key = keyOf(send.entry.paylink.merchantId, send.hash);
    const sends = this.#byRecipient.get(key) ?? new Set();
    this.#byRecipient.set(key, sends.add(send));
  }

  remove(send: InFlightSend): void {
    const key = keyOf(send.entry.paylink.merchantId, send.hash);
    const sends = this.#byRecipient.get(key);
    sends?.delete(send);
    if (sends?.size === 0) this.#byRecipient.delete(key);
  }

  /** The standing with what is on its way to each recipient added to what D1 counted. */
  addTo(recipientStatus: RecipientStatus): RecipientStatus {
    const recent = recipientStatus.hashes.map((hash) => {
      const counted = recipientStatus.recent.find((one) => one.hash === hash)?.count ?? 0;
      return { hash, count: counted + this.#count(recipientStatus.merchant.id, hash) };
    });
    return { ...recipientStatus, recent };
  }

  /** Those that D1 has are in its own count. One that is refused counts until D1 knows that. */
  #count(merchantId: string, hash: string): number {
    const sends = this.#byRecipient.get(keyOf(merchantId, hash)) ?? [];
    return [...sends].filter(({ entry, version }) => entry.projectedVersion < version).length;
  }
}

const keyOf = (merchantId: string, hash: string): string => `${merchantId} ${hash}`;
