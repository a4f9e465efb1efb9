import type { PaylinkBody, SendEnd } from './client.ts';
import type { Intent, Scenario } from './plan.ts';

/** What one Paylink's clients did and were told. */
export type Story = {
  scenario: Scenario;
  paylinkId: string;
  sends: { intent: Intent; ends: SendEnd[] }[];
  /** When the cancel was answered 204, ms. */
  canceledAt: number | null;
  /** Orders whose payment was answered 200. */
  paid: string[];
  /** The last memo whose update was answered 200. */
  memo: string | null;
  /** Answers that no serial order explains, found on the way. */
  complaints: string[];
};

/** What a REST answer said was accepted: attempt id and the provider's message id. */
export const acceptedIn = (body: PaylinkBody | null) =>
  (body?.deliveryLogs ?? []).filter(({ status }) => status === 'SENT' || status === 'DELIVERED');
