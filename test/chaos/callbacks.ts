import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { fakeCredentials } from '../support/providers/fake-credentials.ts';
import type { FakeCall } from '../support/providers/fake-ledger.ts';
import { Random } from './random.ts';

/** What Twilio reports of a message, in the order in which it comes. */
const stories: readonly (readonly [number, readonly string[]])[] = [
  [3, []],
  [2, ['sent', 'delivered']],
  [2, ['delivered', 'sent']],
  [2, ['delivered', 'delivered']],
];

/** Twilio's callbacks, begun as it takes a message: they race with the answer, and with the report of it. */
export class Callbacks {
  /** Attempts of which "delivered" was answered 200. */
  readonly toldDelivered = new Set<string>();
  /** How many were answered 200. */
  count = 0;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Tells what became of a message, once each; nobody repeats one that was not answered. */
  async tell({ provider, callbackUrl, attemptId, messageId }: Readonly<FakeCall>): Promise<void> {
    if (provider !== 'twilio' || callbackUrl === null || messageId === null) return;
    const random = new Random(`${this.#seed}|callbacks|${attemptId}`);
    for (const status of random.weighted(stories)) {
      const form = { MessageSid: messageId, MessageStatus: status };
      const signature = getExpectedTwilioSignature(fakeCredentials.TWILIO_AUTH_TOKEN, callbackUrl, form);
      const request = { method: 'POST', headers: { 'x-twilio-signature': signature }, body: new URLSearchParams(form) };
      const isAnswered = await fetch(callbackUrl, request).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isAnswered) this.count += 1;
      if (isAnswered && status === 'delivered') this.toldDelivered.add(attemptId);
    }
  }
}
