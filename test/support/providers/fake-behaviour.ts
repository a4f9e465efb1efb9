import { createHash } from 'node:crypto';
import * as z from 'zod';

export const providerNames = ['mailchannels', 'resend', 'twilio', 'telnyx'] as const;
export type FakeProvider = (typeof providerNames)[number];

/**
 * How a fake treats one request. `-before`: nothing is taken; `-after`: the message is taken all the same.
 * - `slow`: waits, then takes it and answers; `late`: takes it at once, answers after `ms`; `hang`: takes it, never answers
 * - `stall`: takes it, sends the head and half a body, and no more; `garbage`, `huge`: takes it, answers 2xx with rubbish
 * - `close-after`: reads the whole request, takes it, and closes the connection without an answer
 * - `edge`: an edge before the provider answers `status` in the provider's stead; `taken`: after the provider took the message
 * - `accepted-but-failed`: the answer to a taken message says that it failed (MailChannels' 202, Twilio's 201), else a 4xx
 */
export const Behaviour = z.union([
  z.enum([
    'ok',
    'hang',
    'hang-before',
    '500-before',
    '500-after',
    '502-before',
    'reset-before',
    'reset-after',
    'close-after',
    '400',
    '401',
    '403',
    '409',
    '429',
    'redirect',
    'recipient-invalid',
    'opted-out',
    'accepted-but-failed',
    'garbage',
    'huge',
    'stall',
  ]),
  z.object({ kind: z.enum(['slow', 'late']), ms: z.number().int().min(0).max(60_000) }),
  z.object({ kind: z.literal('edge'), status: z.number().int().min(520).max(530), taken: z.boolean().default(false) }),
]);
export type Behaviour = z.infer<typeof Behaviour>;

/**
 * A rule of `POST /_control`. `to` limits it to one recipient, so that tests side by side do not disturb each other; the newest rule
 * that fits counts. `queue`: one behaviour a request, then the rule is gone; `mode`: the first one always; `mix`: one of them a request,
 * drawn by seed, provider, attempt and how often that attempt was made, so that a run can be repeated whatever the order.
 */
export const Rule = z.object({
  provider: z.enum([...providerNames, '*']),
  to: z.string().optional(),
  behaviours: z.array(Behaviour).min(1),
  as: z.enum(['queue', 'mode', 'mix']).default('queue'),
  seed: z.string().default('0'),
});
export type Rule = z.infer<typeof Rule>;

export class Behaviours {
  #rules: Rule[] = [];
  readonly #asked = new Map<string, number>();

  add(rule: Rule): void {
    this.#rules.unshift({ ...rule, behaviours: [...rule.behaviours] });
  }

  reset(): void {
    this.#rules = [];
    this.#asked.clear();
  }

  next(provider: FakeProvider, to: string, attemptId: string): Behaviour {
    const nth = this.#asked.get(attemptId) ?? 0;
    this.#asked.set(attemptId, nth + 1);
    const fits = (rule: Rule) =>
      (rule.provider === '*' || rule.provider === provider) && (rule.to === undefined || rule.to === to);
    const rule = this.#rules.find((one) => fits(one) && one.behaviours.length > 0);
    if (!rule) return 'ok';
    if (rule.as === 'queue') return rule.behaviours.shift() ?? 'ok';
    if (rule.as === 'mode') return rule.behaviours[0] ?? 'ok';
    const digest = createHash('sha256').update(`${rule.seed}|${provider}|${attemptId}|${nth}`).digest();
    return rule.behaviours[digest.readUInt32BE(0) % rule.behaviours.length] ?? 'ok';
  }
}
