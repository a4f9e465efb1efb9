import * as z from 'zod';
import type { Rule } from './fake-behaviour.ts';

const Report = z.object({
  count: z.number(),
  delivered: z.number(),
  malformed: z.number(),
  calls: z.array(
    z.object({
      provider: z.string(),
      attemptId: z.string(),
      to: z.string(),
      from: z.string(),
      subject: z.string().nullable(),
      text: z.string(),
      html: z.string().nullable(),
      link: z.string().nullable(),
      idempotencyKey: z.string().nullable(),
      traceparent: z.string().nullable(),
      behaviour: z.string(),
      delivered: z.boolean(),
      messageId: z.string().nullable(),
      problem: z.string().nullable(),
      at: z.number(),
      begunAt: z.number().nullable(),
    }),
  ),
});

/** Tells the fakes at `url` how to behave; see `Rule`. */
export async function behave(url: string, rule: Partial<Rule> & Pick<Rule, 'provider' | 'behaviours'>): Promise<void> {
  const answer = await fetch(`${url}/_control`, { method: 'POST', body: JSON.stringify(rule) });
  if (answer.status !== 200) throw new Error(`The fakes refused the rule: ${await answer.text()}`);
}

/** What the fakes got, of one provider or for one recipient. */
export async function callsOf(url: string, of: { provider?: string; to?: string } = {}) {
  const answer = await fetch(`${url}/_calls?${new URLSearchParams(of)}`);
  return Report.parse(await answer.json());
}
