import type { Channel } from '../../src/model/delivery.ts';
import type { Behaviour, FakeProvider } from '../support/providers/fake-behaviour.ts';
import { Random } from './random.ts';

/** One send that a merchant means to happen once, however often it has to ask. */
export type Intent = {
  key: string;
  channels: Channel[];
  /** How each request asks: GraphQL and REST share the key. A GraphQL request names one channel. */
  surfaces: ('rest' | 'graphql')[];
  /** Impatient callers that ask for the same at once. */
  callers: number;
  /** `Prefer: wait=N`, s. */
  wait: number;
  /** After so many ms each request's caller hangs up; null: it waits. Absent: all wait. */
  hangUps?: (number | null)[];
};

/** What happens to one Paylink; the moves begin side by side. */
export type Scenario = {
  createKey: string;
  email: string;
  phone: string;
  intents: Intent[];
  /** Memos written one after the other. */
  memos: string[];
  /** Begun after so many ms; null: never canceled. */
  cancelAfterMs: number | null;
  /** Payments of a part, each so many ms after the one before. */
  payments: { orderId: string; afterMs: number }[];
  /** What each provider does with the requests for this customer, one after the other, and then it is well. */
  behaviours: Record<FakeProvider, Behaviour[]>;
};

/** The runtime is killed this long after its life's n-th request began. */
export type Kill = { afterRequests: number; delayMs: number };

const behaviours: readonly (readonly [number, Behaviour])[] = [
  [75, 'ok'],
  [6, 'hang'],
  [4, 'hang-before'],
  [5, '500-before'],
  [5, '500-after'],
  [2, '502-before'],
  [5, 'reset-before'],
  [6, 'reset-after'],
  [9, '429'],
  [3, '403'],
  [1, '409'],
  [6, 'accepted-but-failed'],
  [2, 'recipient-invalid'],
  [1, 'opted-out'],
  [1, 'garbage'],
  [1, 'stall'],
  [6, { kind: 'late', ms: 200 }],
  [5, { kind: 'late', ms: 1_500 }],
  [4, { kind: 'slow', ms: 150 }],
];

/** The n-th Paylink's story, the same for the same seed. */
export function scenarioOf(seed: string, at: number): Scenario {
  const random = new Random(`${seed}|scenario|${at}`);
  const misbehave = () => Array.from({ length: 5 }, () => random.weighted(behaviours));
  const intent = (nth: number): Intent => {
    const channels = random.weighted<Channel[]>([
      [5, ['EMAIL']],
      [3, ['SMS']],
      [3, ['EMAIL', 'SMS']],
    ]);
    const surface = () => (channels.length === 1 && random.chance(0.35) ? 'graphql' : 'rest');
    return {
      key: `send-${at}-${nth}`,
      channels,
      // The last is REST: only its "no" has a code, see client.ts.
      surfaces: [...Array.from({ length: 5 }, surface), 'rest'],
      callers: random.weighted([
        [7, 1],
        [2, 2],
        [1, 4],
      ]),
      wait: random.chance(0.3) ? 3 : 0,
      hangUps: hangUpsOf(`${seed}|hang-ups|${at}|${nth}`),
    };
  };
  const intents = random.weighted([
    [5, 1],
    [3, 2],
    [1, 3],
  ]);
  return {
    createKey: `create-${at}`,
    email: `customer-${at}@chaos.example`,
    phone: `202${2_000_000 + at}`,
    intents: Array.from({ length: intents }, (_, nth) => intent(nth)),
    memos: Array.from({ length: random.chance(0.3) ? random.between(1, 3) : 0 }, (_, nth) => `memo ${at}.${nth}`),
    cancelAfterMs: random.chance(0.2) ? random.between(0, 600) : null,
    payments: paymentsOf(`${seed}|payments|${at}`),
    behaviours: { mailchannels: misbehave(), resend: misbehave(), twilio: misbehave(), telnyx: misbehave() },
  };
}

function hangUpsOf(seed: string): (number | null)[] {
  const random = new Random(seed);
  return Array.from({ length: 3 }, () => (random.chance(0.15) ? random.between(0, 400) : null));
}

function paymentsOf(seed: string): Scenario['payments'] {
  const random = new Random(seed);
  const count = random.chance(0.25) ? random.between(1, 2) : 0;
  return Array.from({ length: count }, (_, nth) => ({ orderId: `part-${nth}`, afterMs: random.between(0, 600) }));
}

/**
 * The n-th kill: usually in the midst of things, at times while the runtime is still coming up.
 * @param requests that a life sees on average
 */
export function killOf(seed: string, at: number, requests: number): Kill {
  const random = new Random(`${seed}|kill|${at}`);
  if (random.chance(0.05)) return { afterRequests: 0, delayMs: random.between(0, 50) };
  return { afterRequests: random.between(1, 2 * requests - 1), delayMs: random.between(0, 450) };
}
